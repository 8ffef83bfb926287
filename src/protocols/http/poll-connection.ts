import type { Connection } from '../../core/connection.js';
import type { Disconnect } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import type { Position } from '../../core/position.js';
import { randomId } from '../../core/session.js';

/** A message as an answer has it, shared by all that wait for it. */
export class PolledFrame extends Frame {
  /** The channel, as the caller writes it. */
  readonly name: string;
  readonly position: Position;

  constructor(bytes: Buffer, name: string, position: Position) {
    super(bytes);
    this.name = name;
    this.position = position;
  }
}

/** The connection of a request that waits: keeps what comes, as far as it fits into one answer. */
export class PollConnection implements Connection {
  readonly id = randomId();
  readonly transport = 'http';
  readonly remoteAddress: string;
  readonly frames: PolledFrame[] = [];
  readonly #limit: number;
  readonly #came: () => void;
  #size = 0;

  /** `limit` is octets; `came` hears of every message. */
  constructor(remoteAddress: string, limit: number, came: () => void) {
    this.remoteAddress = remoteAddress;
    this.#limit = limit;
    this.#came = came;
  }

  /** What does not fit is for the next request, with all that comes after it. */
  send(frame: Frame): void {
    if (!(frame instanceof PolledFrame)) return;
    this.#size += frame.bytes.length;
    if (this.#size <= this.#limit || this.frames.length === 0) this.frames.push(frame);
    this.#came();
  }

  pause(): void {}
  resume(): void {}
  close(_why: Disconnect): void {}
  drop(_why: Disconnect): void {}
}
