import type { Connection } from '../../core/connection.js';
import type { Disconnect } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import type { Positions } from '../../core/positions.js';
import type { Publication } from '../../core/publication.js';

const NOTHING = Buffer.alloc(0);

/** A publication on one of the channels of a stream that has not begun: what its event says is not known yet. */
export class HeldFrame extends Frame {
  readonly index: number;
  readonly publication: Publication;

  constructor(index: number, publication: Publication) {
    super(NOTHING);
    this.index = index;
    this.publication = publication;
  }
}

/** What came before a stream began. */
export interface Held {
  readonly frames: readonly HeldFrame[];
  /** Where it was too much to be kept, how far each channel had come; undefined where all was. */
  readonly lost: Positions | undefined;
}

/**
 * The connection of a stream, as its session sees it: what is delivered on the channels joined first waits until it is
 * known that none is refused.
 */
export class OpeningConnection implements Connection {
  readonly #connection: Connection;
  /** Octets that are kept. */
  readonly #limit: number;
  #frames: HeldFrame[] | undefined = [];
  #size = 0;
  #lost: Publication['position'][] | undefined;
  #waiting: (() => void)[] | undefined;

  constructor(connection: Connection, limit: number) {
    this.#connection = connection;
    this.#limit = limit;
  }

  get id(): string {
    return this.#connection.id;
  }

  get transport(): Connection['transport'] {
    return this.#connection.transport;
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  get isCongested(): boolean {
    return this.#connection.isCongested === true;
  }

  get waiting(): number {
    return this.#connection.waiting ?? 0;
  }

  get why(): Disconnect | undefined {
    return this.#connection.why;
  }

  send(frame: Frame): void {
    if (this.#frames === undefined) this.#connection.send(frame);
    else if (frame instanceof HeldFrame) this.#hold(frame, this.#frames);
  }

  whenSent(done: () => void): void {
    if (this.#frames === undefined) this.#connection.whenSent?.(done);
    else (this.#waiting ??= []).push(done);
  }

  pause(): void {}
  resume(): void {}

  close(why: Disconnect): void {
    this.#connection.close(why);
  }

  drop(why: Disconnect): void {
    this.#connection.drop(why);
  }

  /** From now on nothing is held; `send` is given what was, and has to send it at once. */
  begin(send: (held: Held) => void): void {
    const held = { frames: this.#frames ?? [], lost: this.#lost };
    this.#frames = undefined;
    send(held);
    for (const done of this.#waiting ?? []) this.#connection.whenSent?.(done);
    this.#waiting = undefined;
  }

  #hold(frame: HeldFrame, frames: HeldFrame[]): void {
    this.#size += frame.publication.payload.size;
    frames.push(frame);
    if (this.#size <= this.#limit) return;
    this.#lost ??= [];
    for (const { index, publication } of frames.splice(0)) {
      if (publication.position !== undefined) this.#lost[index] = publication.position;
    }
  }
}
