import { overLimit, RouterError } from '../core/errors.js';
import type { HistoryStore, StoredHistory } from '../core/history-store.js';
import { every } from '../core/interval.js';
import type { Logger } from '../core/logger.js';
import type { LogPage, LogPolicy, LogQuery, MessageLog } from '../core/message-log.js';
import { countLimit, type Meter } from '../core/meter.js';
import { type Position, writePosition } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { QueueStore, StoredMessage } from '../core/queue-store.js';
import { GroupCommit, sizeOf } from './group-commit.js';
import { keepPublication, restorePublication } from './kept-publication.js';
import { LastingThread } from './lasting-thread.js';
import { matchExpression, searchedText } from './searched-text.js';
import type { LogSelection, StoreChange, StoredRow, StoredRows } from './store-requests.js';
import { historiesOf, historyChange } from './stored-histories.js';

export interface EmbeddedStoreParts {
  /** The file, which is made with its folder where it is not there. */
  readonly path: string;
  readonly limits: StoreLimits;
  readonly logger: Logger;
  readonly meter: Meter;
}

export interface StoreLimits {
  /** Changes that wait for the disk. */
  readonly storePending: number;
  /** Octets in them. */
  readonly storePendingSize: number;
  /** Searches that are not answered yet. */
  readonly logSearches: number;
}

/** Rows that are read at a time. */
const PAGE = 1000;
/** Octets of payloads in one page of the log. */
const PAGE_SIZE = 4 * 1024 * 1024;
/** Milliseconds between two looks at what has to be purged, and lines that are purged in one transaction. */
const PURGE_PAUSE = 60_000;
const PURGE = 500;

/** Milliseconds between two lines of the log about a store that fails. */
const FAULT_PAUSE = 1000;

/** One file for what outlives the process. */
export class EmbeddedStore implements QueueStore, MessageLog, HistoryStore {
  readonly #parts: EmbeddedStoreParts;
  readonly #writer: LastingThread;
  readonly #reader: LastingThread;
  readonly #changes: GroupCommit;
  #searches = 0;
  #isGivenUp = false;
  /** Milliseconds since 1970. */
  #quietUntil = 0;
  #stop: (() => void) | undefined;

  constructor(parts: EmbeddedStoreParts) {
    this.#parts = parts;
    this.#writer = new LastingThread('store-worker', parts.path);
    this.#reader = new LastingThread('search-worker', parts.path);
    this.#changes = new GroupCommit(
      (changes) => this.#writer.ask({ ask: 'change', changes }),
      (error) => this.#fault(error),
    );
  }

  get stats(): { readonly commits: number } {
    return this.#changes.stats;
  }

  /** Changes that wait for the disk. */
  get pending(): number {
    return this.#changes.count;
  }

  /** Resolves when the file is open. Throws an `Error` that says what to do when it cannot be used. */
  async open(): Promise<void> {
    try {
      await this.#writer.open();
    } catch (error) {
      throw new Error(`the store ${this.#parts.path} cannot be used: ${reasonOf(error)}`, { cause: error });
    }
    const { logger } = this.#parts;
    const failed = (error: unknown) =>
      logger.warn({ event: 'purge_failed', error }, 'old lines of the log stay for now');
    this.#stop ??= every(PURGE_PAUSE, () => this.purge(), failed);
  }

  /** From now on nothing is there, and everything is refused: the file is not tried again. */
  async giveUp(): Promise<void> {
    this.#isGivenUp = true;
    await this.close();
  }

  async load(): Promise<readonly StoredMessage[]> {
    const rows = await this.#rows('load');
    return rows.map(({ key, attempts, ...row }) => ({ key, attempts, publication: restorePublication(row) }));
  }

  async loadHistories(): Promise<readonly StoredHistory[]> {
    return historiesOf(await this.#rows('load-histories'), await this.#rows('load-entries'));
  }

  keepHistory(piece: StoredHistory): Promise<void> {
    return this.#change(historyChange(piece));
  }

  trimHistory(channel: string, floor: Position): Promise<void> {
    const { offset } = floor;
    return this.#change({ do: 'trim-history', channel, floor: writePosition(floor), offset });
  }

  forgetHistory(channel: string): Promise<void> {
    return this.#change({ do: 'forget-history', channel });
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

  async search(query: LogQuery): Promise<LogPage> {
    const selection = selectionOf(query);
    if (selection === undefined) return { lines: [], next: undefined };
    const { rows, hasMore } = await this.#find(selection);
    const lines = rows.map(({ key, ...row }) => ({ key, publication: restorePublication(row) }));
    const edge = selection.oldestFirst ? lines.at(-1) : lines[0];
    return { lines, next: hasMore ? edge?.key : undefined };
  }

  /** Forgets the lines whose time is over, some at a time, so that commits get between. */
  async purge(now = Date.now()): Promise<void> {
    let hasMore = true;
    while (hasMore) ({ hasMore } = await this.#writer.ask({ ask: 'purge', now, limit: PURGE }));
  }

  async close(): Promise<void> {
    this.#stop?.();
    await this.#changes.finish();
    await this.#reader.close();
    await this.#writer.close();
  }

  async #rows(ask: 'load' | 'load-histories' | 'load-entries'): Promise<readonly StoredRow[]> {
    const all: StoredRow[] = [];
    for (let after = 0; !this.#isGivenUp; after = all.at(-1)?.key ?? after) {
      const { rows, hasMore } = await this.#writer.ask({ ask, after, limit: PAGE });
      all.push(...rows);
      if (!hasMore) break;
    }
    return all;
  }

  async #change(change: StoreChange): Promise<void> {
    this.#checkRoom(sizeOf(change));
    return this.#changes.make(change);
  }

  async #find(selection: LogSelection): Promise<StoredRows> {
    const { logSearches } = this.#parts.limits;
    if (this.#searches >= logSearches)
      throw this.#refuse('limits.log_searches', `${logSearches} searches are waiting already`);
    this.#searches++;
    try {
      // Where another process has the file, what it keeps is its own.
      await this.#writer.open();
      return await this.#reader.ask({ ask: 'search', selection });
    } catch (error) {
      throw this.#fault(error);
    } finally {
      this.#searches--;
    }
  }

  /** What is forgotten needs no room, so that a full store can be emptied. */
  #checkRoom(size: number): void {
    const { storePending, storePendingSize } = this.#parts.limits;
    if (size === 0) return;
    const isMany = this.#changes.count >= storePending;
    if (!isMany && this.#changes.octets + size <= storePendingSize) return;
    const limit = isMany ? 'limits.store_pending' : 'limits.store_pending_size';
    throw this.#refuse(limit, 'the disk is slower than the publishers');
  }

  #refuse(limit: string, reason: string): RouterError {
    const refusal = overLimit(limit, `${limit} is reached: ${reason}`);
    countLimit(this.#parts.meter, refusal);
    return refusal;
  }

  /** A store that fails does so for everybody: a line a second says it. */
  #fault(error: unknown): RouterError {
    const now = Date.now();
    if (now >= this.#quietUntil) {
      this.#quietUntil = now + FAULT_PAUSE;
      this.#parts.logger.error({ event: 'store_failed', error }, 'the store failed');
    }
    return new RouterError('unavailable', 'the store cannot keep or find anything now', { cause: error });
  }
}

/** Undefined where nothing can fit. */
function selectionOf({ channels, text, ...query }: LogQuery): LogSelection | undefined {
  const match = text === undefined ? null : matchExpression(text);
  if (match === undefined || channels.length === 0) return undefined;
  return {
    channels,
    match,
    from: query.from ?? Number.MIN_SAFE_INTEGER,
    until: query.until ?? Number.MAX_SAFE_INTEGER,
    before: query.before ?? Number.MAX_SAFE_INTEGER,
    after: query.after ?? 0,
    oldestFirst: query.after !== undefined && query.before === undefined,
    limit: query.limit,
    size: PAGE_SIZE,
  };
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /locked|busy/i.test(text)
    ? 'another process has it open; give each server a store.path of its own'
    : text;
}
