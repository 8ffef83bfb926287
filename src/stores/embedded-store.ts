import { overLimit, RouterError } from '../core/errors.js';
import { every } from '../core/interval.js';
import type { Logger } from '../core/logger.js';
import type { LoggedMessage, LogPolicy, LogQuery, MessageLog } from '../core/message-log.js';
import { countLimit, type Meter } from '../core/meter.js';
import type { Publication } from '../core/publication.js';
import type { QueueStore, StoredMessage } from '../core/queue-store.js';
import { keepPublication, restorePublication } from './kept-publication.js';
import { matchExpression, searchedText } from './searched-text.js';
import type { StoreChange } from './store-requests.js';
import { StoreThread } from './store-thread.js';

export interface EmbeddedStoreParts {
  /** The file, which is made with its folder where it is not there. */
  readonly path: string;
  /** Changes that wait for the disk, and their octets. */
  readonly limits: { readonly storePending: number; readonly storePendingSize: number };
  readonly logger: Logger;
  readonly meter: Meter;
}

interface Pending {
  readonly change: StoreChange;
  readonly size: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Rows that are read at a time. */
const PAGE = 1000;
/** Milliseconds between two looks at what has to be purged, and lines that are purged in one transaction. */
const PURGE_PAUSE = 60_000;
const PURGE = 500;

/** One file for what outlives the process. All that is asked for while a commit runs is in the next one. */
export class EmbeddedStore implements QueueStore, MessageLog {
  readonly stats = { commits: 0 };
  readonly #parts: EmbeddedStoreParts;
  #thread: Promise<StoreThread> | undefined;
  #pending: Pending[] = [];
  #octets = 0;
  #count = 0;
  #committing: Promise<void> | undefined;
  #stop: (() => void) | undefined;

  constructor(parts: EmbeddedStoreParts) {
    this.#parts = parts;
  }

  /** Changes that wait for the disk. */
  get pending(): number {
    return this.#count;
  }

  /** Resolves when the file is open. Throws an `Error` that says what to do when it cannot be used. */
  async open(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      throw new Error(`the store ${this.#parts.path} cannot be used: ${reasonOf(error)}`, { cause: error });
    }
    const failed = (error: unknown) =>
      this.#parts.logger.warn({ error }, 'old lines of the log stay for now');
    this.#stop ??= every(
      PURGE_PAUSE,
      () => this.#change({ do: 'purge', now: Date.now(), most: PURGE }),
      failed,
    );
  }

  async load(): Promise<readonly StoredMessage[]> {
    const messages: StoredMessage[] = [];
    for (let after = 0; ; after = messages.at(-1)?.key ?? after) {
      const thread = await this.#open();
      const rows = await thread.ask({ ask: 'load', after, limit: PAGE });
      for (const { key, attempts, ...row } of rows)
        messages.push({ key, attempts, publication: restorePublication(row) });
      if (rows.length < PAGE) return messages;
    }
  }

  add({ key, attempts, publication }: StoredMessage): Promise<void> {
    return this.#change({ do: 'add', key, attempts, ...keepPublication(publication) });
  }

  remove(key: number): Promise<void> {
    return this.#change({ do: 'remove', key });
  }

  attempted(key: number, attempts: number): Promise<void> {
    return this.#change({ do: 'attempted', key, attempts });
  }

  append(publication: Publication, { ttl }: LogPolicy): Promise<void> {
    const { channel, time, payload } = publication;
    const expires = ttl === undefined ? null : time + ttl;
    const text = searchedText(payload);
    return this.#change({ do: 'log', channel, time, expires, text, ...keepPublication(publication) });
  }

  async search(query: LogQuery): Promise<readonly LoggedMessage[]> {
    const { channels, text, from, until, before, after, limit } = query;
    const match = text === undefined ? null : matchExpression(text);
    if (match === undefined || channels.length === 0) return [];
    const selection = {
      channels,
      match,
      from: from ?? 0,
      until: until ?? Number.MAX_SAFE_INTEGER,
      before: before ?? Number.MAX_SAFE_INTEGER,
      after: after ?? 0,
      oldestFirst: after !== undefined && before === undefined,
      limit,
    };
    const thread = await this.#open();
    const rows = await thread
      .ask({ ask: 'search', selection })
      .catch((error) => Promise.reject(this.#fault(error)));
    return rows.map(({ key, ...row }) => ({ key, publication: restorePublication(row) }));
  }

  async close(): Promise<void> {
    this.#stop?.();
    while (this.#committing !== undefined) await this.#committing;
    const thread = await this.#thread?.catch(() => undefined);
    this.#thread = undefined;
    await thread?.close();
  }

  /** The thread, which is started anew where it has ended. */
  async #open(): Promise<StoreThread> {
    const known = await this.#thread?.catch(() => undefined);
    if (known?.ended === false) return known;
    this.#thread = StoreThread.open(this.#parts.path);
    return this.#thread;
  }

  #change(change: StoreChange): Promise<void> {
    const size = 'body' in change ? change.body.length + change.about.length : 0;
    this.#checkRoom(size);
    this.#count++;
    this.#octets += size;
    return new Promise((resolve, reject) => {
      this.#pending.push({ change, size, resolve, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  /** What is forgotten needs no room, so that a full store can be emptied. */
  #checkRoom(size: number): void {
    const { storePending, storePendingSize } = this.#parts.limits;
    if (size === 0) return;
    const isMany = this.#count >= storePending;
    if (!isMany && this.#octets + size <= storePendingSize) return;
    const limit = isMany ? 'limits.store_pending' : 'limits.store_pending_size';
    const refusal = overLimit(limit, `${limit} is reached: the disk is slower than the publishers`);
    countLimit(this.#parts.meter, refusal);
    throw refusal;
  }

  async #commitAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      await this.#commit(batch);
    }
    this.#committing = undefined;
  }

  async #commit(batch: readonly Pending[]): Promise<void> {
    let fault: unknown;
    try {
      const thread = await this.#open();
      await thread.ask({ ask: 'change', changes: batch.map(({ change }) => change) });
      this.stats.commits++;
    } catch (error) {
      fault = this.#fault(error);
    }
    for (const { size, resolve, reject } of batch) {
      this.#count--;
      this.#octets -= size;
      if (fault === undefined) resolve();
      else reject(fault);
    }
  }

  #fault(error: unknown): RouterError {
    this.#parts.logger.error({ error }, 'the store failed');
    return new RouterError('unavailable', 'the store cannot keep or find anything now', { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /locked|busy/i.test(text)
    ? 'another process has it open; give each server a store.path of its own'
    : text;
}
