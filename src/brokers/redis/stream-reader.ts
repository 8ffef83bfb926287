import type { Logger } from '../../core/logger.js';
import type { Connection, Reply } from './connection.js';
import { waitBefore } from './jitter.js';
import type { StreamListener } from './link.js';

export interface StreamReaderParts {
  readonly stream: string;
  /** The id of an entry, or `$` for the end. */
  readonly after: string;
  readonly listener: StreamListener;
  open(): Promise<Connection>;
  readonly logger: Logger;
}

/** Milliseconds that one read waits for something to come, and entries that it gives at most. */
const BLOCK = 5000;
const COUNT = 256;
/** Milliseconds after which a read that has said nothing will say nothing. */
const LATE = BLOCK * 2;

/** Reads one stream of Redis as it grows. */
export class StreamReader {
  readonly #parts: StreamReaderParts;
  #last: string;
  #connection: Connection | undefined;
  #isClosed = false;
  #late: NodeJS.Timeout | undefined;

  constructor(parts: StreamReaderParts) {
    this.#parts = parts;
    this.#last = parts.after;
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#late);
    this.#connection?.close();
  }

  async #run(): Promise<void> {
    for (let failed = 0; !this.#isClosed; failed++) {
      try {
        this.#connection = await this.#parts.open();
        await this.#findEnd(this.#connection);
        failed = 0;
        while (!this.#isClosed) await this.#read(this.#connection);
      } catch (error) {
        this.#parts.logger.debug(
          { event: 'stream_not_read', reason: (error as Error).message },
          'stream of redis not read',
        );
      }
      this.#connection?.close();
      if (!this.#isClosed) await pause(waitBefore(failed));
    }
  }

  /** What is added while the connection is away follows this. */
  async #findEnd(connection: Connection): Promise<void> {
    if (this.#last !== '$') return;
    const newest = await connection.send(['XREVRANGE', this.#parts.stream, '+', '-', 'COUNT', '1']);
    this.#last = '0-0';
    for (const [id] of entriesOf(newest)) this.#last = id;
  }

  async #read(connection: Connection): Promise<void> {
    const { stream, listener } = this.#parts;
    this.#late = setTimeout(() => connection.close(), LATE).unref();
    const found = await connection.wait([
      ...['XREAD', 'COUNT', String(COUNT), 'BLOCK', String(BLOCK)],
      ...['STREAMS', stream, this.#last],
    ]);
    clearTimeout(this.#late);
    // A map of one stream, or null.
    const entries = Array.isArray(found) ? (found[1] ?? found[0]) : null;
    for (const [id, fields] of entriesOf(entries)) {
      if (this.#isClosed) return;
      this.#last = id;
      listener(id, fields);
    }
  }
}

function* entriesOf(reply: Reply): Generator<readonly [string, readonly Buffer[]]> {
  if (!Array.isArray(reply)) return;
  for (const entry of reply as readonly (readonly [Buffer, readonly Buffer[] | null])[])
    yield [String(entry[0]), entry[1] ?? []];
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
