import type { Payload } from '../core/payload.js';
import type { Position } from '../core/position.js';
import type { Publication, PublicationOptions } from '../core/publication.js';

/** 2^53, of which ids are no larger, as numbers of JavaScript and of WAMP are exact up to there. [WAMP2 §IDs] */
const MOST = 2 ** 53;
/** Odd, so that every number comes up before one comes again. */
const STEP = 5_700_357_409_661_599;

/** Numbers publications: from a random start, so that nodes do not number alike, by a step that looks random. */
export class Numbering {
  #last = randomStart();

  /** From 1 to 2^53. */
  next(): number {
    this.#last = this.#last >= MOST - STEP ? this.#last - (MOST - STEP) : this.#last + STEP;
    return this.#last + 1;
  }
}

function randomStart(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1f_ffff) * 2 ** 32 + low;
}

/** A publication made on this node. Its id becomes a text only where somebody asks for it. */
export class LocalPublication implements Publication {
  readonly channel: string;
  readonly payload: Payload;
  readonly audience: PublicationOptions | undefined;
  readonly time = Date.now();
  readonly trace: string | undefined;
  position: Position | undefined = undefined;
  readonly #number: number;

  constructor(
    numbering: Numbering,
    channel: string,
    payload: Payload,
    options: PublicationOptions | undefined,
    trace?: string,
  ) {
    this.#number = numbering.next();
    this.channel = channel;
    this.payload = payload;
    this.audience = options;
    this.trace = trace;
  }

  get id(): string {
    return String(this.#number);
  }

  get publisher(): Publication['publisher'] {
    return this.audience?.publisher;
  }

  get headers(): Publication['headers'] {
    return this.audience?.headers;
  }

  get expires(): number | undefined {
    return this.audience?.expires;
  }
}
