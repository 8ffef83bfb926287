import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { EmbeddedStore, type EmbeddedStoreParts } from '../../src/stores/index.js';
import type { StoreWorld } from '../contracts/queue-store.js';

export const LIMITS = { storePending: 100_000, storePendingSize: 2 ** 28, logSearches: 100 };

/** Stores of one test, in a folder that goes with it. */
export class TestStores {
  folder = '';
  readonly #open: EmbeddedStore[] = [];

  constructor() {
    beforeEach(() => void (this.folder = mkdtempSync(join(tmpdir(), 'signalbox-store-'))));
    afterEach(async () => {
      for (const store of this.#open.splice(0)) await store.close();
      rmSync(this.folder, { recursive: true });
    });
  }

  get path(): string {
    return join(this.folder, 'deeper', 'store.db');
  }

  create(more: Partial<EmbeddedStoreParts> = {}): EmbeddedStore {
    const parts = { path: this.path, limits: LIMITS, logger: NULL_LOGGER, meter: NULL_METER, ...more };
    const store = new EmbeddedStore(parts);
    this.#open.push(store);
    return store;
  }

  async open(more: Partial<EmbeddedStoreParts> = {}): Promise<EmbeddedStore> {
    const store = this.create(more);
    await store.open();
    return store;
  }

  async world(): Promise<StoreWorld<EmbeddedStore>> {
    let store = await this.open();
    const reopen = async () => {
      await store.close();
      store = await this.open();
      return store;
    };
    return { store, reopen, close: () => store.close() };
  }
}
