import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createSync } from '../../src/client/node.js';
import type { Clock, SyncOptions } from '../../src/client/options.js';
import type { Sync } from '../../src/client/sync.js';
import type { SyncEvents } from '../../src/client/sync-events.js';
import { Wamp1Server } from './wamp1-server.js';
import { Wamp2Server } from './wamp2-server.js';

const SERVERS = { wamp: Wamp1Server, 'wamp.2.json': Wamp2Server };

type Servers = { [Name in keyof typeof SERVERS]: InstanceType<(typeof SERVERS)[Name]> };

/** What has to hold in every protocol is tested in each. */
export const PROTOCOLS = Object.keys(SERVERS) as (keyof Servers)[];

/** A server for each test, and clients of it that end with the test. */
export function useServer<Name extends keyof Servers = 'wamp.2.json'>(
  protocol: Name = 'wamp.2.json' as Name,
) {
  let server: Servers[Name];
  const clients: Sync[] = [];

  beforeEach(async () => {
    server = (await new SERVERS[protocol]().start()) as Servers[Name];
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.stop();
  });

  const client = (options: SyncOptions = {}): Sync => {
    const sync = createSync({ protocol, url: server.url, minRetryDelay: 10, maxRetryDelay: 50, ...options });
    clients.push(sync);
    return sync;
  };

  const connected = async (options: SyncOptions = {}): Promise<Sync> => {
    const sync = client(options);
    sync.connect();
    await reached(sync, 'open');
    return sync;
  };

  return {
    get server() {
      return server;
    },
    client,
    connected,
  };
}

const PATIENCE = { timeout: 10_000, interval: 2 };

export function until(holds: () => unknown): Promise<unknown> {
  return vi.waitUntil(holds, PATIENCE);
}

export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, PATIENCE);
}

export function reached(sync: Pick<Sync, 'state'>, state: Sync['state']): Promise<unknown> {
  return until(() => sync.state === state);
}

/** Resolves when server and client have handled everything sent before. */
export async function settled(sync: Sync): Promise<void> {
  await expect(sync.call('settled')).resolves.toBeDefined();
}

/** What the client announces of one name, from now on. */
export function record<Name extends keyof SyncEvents>(sync: Listened, name: Name): SyncEvents[Name][] {
  const seen: SyncEvents[Name][] = [];
  sync.on(name, (detail) => seen.push(detail));
  return seen;
}

interface Listened {
  on<Name extends keyof SyncEvents>(name: Name, listener: (detail: SyncEvents[Name]) => void): unknown;
}

/** Time that passes when the test says so. */
export class ManualClock implements Clock {
  readonly #timers = new Map<number, { readonly at: number; readonly action: () => void }>();
  #now = 0;
  #count = 0;

  /** How many there are. */
  get timers(): number {
    return this.#timers.size;
  }

  setTimeout(action: () => void, milliseconds: number): number {
    this.#timers.set(++this.#count, { at: this.#now + milliseconds, action });
    return this.#count;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [timer, { at, action }] of [...this.#timers]) {
      if (at <= this.#now && this.#timers.delete(timer)) action();
    }
  }
}
