import type { Payload } from '../core/payload.js';
import type { Audience, Publication } from '../core/publication.js';

/** Numbers the publications of one node. */
export class Numbering {
  readonly node: string;
  #last = 0;

  constructor(node: string) {
    this.node = node;
  }

  next(): number {
    return ++this.#last;
  }
}

/** A publication made on this node. Its id is put together only where somebody asks for it, which costs more than the rest. */
export class LocalPublication implements Publication {
  readonly channel: string;
  readonly payload: Payload;
  readonly audience: Audience | undefined;
  readonly time = Date.now();
  readonly #numbering: Numbering;
  readonly #number: number;

  constructor(numbering: Numbering, channel: string, payload: Payload, audience: Audience | undefined) {
    this.#numbering = numbering;
    this.#number = numbering.next();
    this.channel = channel;
    this.payload = payload;
    this.audience = audience;
  }

  get id(): string {
    return `${this.#numbering.node}-${this.#number}`;
  }
}
