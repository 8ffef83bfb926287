const NUL = 0;

/** Where the messages of a peer go. */
export interface MessageSink {
  message(text: string): void;
  /** A message is longer than it may be; nothing is read after it. */
  tooLong(): void;
}

/** Cuts the octets of a peer into messages, each of which a NUL ends, however the network has cut them. */
export class MessageSplitter {
  readonly #sink: MessageSink;
  readonly #limit: number;
  #held: Buffer[] = [];
  #size = 0;
  #stopped = false;

  /** `limit`: octets of one message. */
  constructor(sink: MessageSink, limit: number) {
    this.#sink = sink;
    this.#limit = limit;
  }

  read(chunk: Buffer): void {
    let at = 0;
    while (!this.#stopped && at < chunk.length) {
      const found = chunk.indexOf(NUL, at);
      const end = found === -1 ? chunk.length : found;
      if (this.#size + end - at > this.#limit) {
        this.stop();
        this.#sink.tooLong();
        return;
      }
      if (found === -1) this.#hold(chunk.subarray(at));
      else this.#sink.message(this.#whole(chunk.subarray(at, end)));
      at = end + 1;
    }
  }

  /** Takes nothing more, and forgets what has arrived. */
  stop(): void {
    this.#stopped = true;
    this.#held = [];
  }

  /** A copy: the chunk may be a piece of a larger one. Pieces of one octet are put together as they come. */
  #hold(piece: Buffer): void {
    const last = this.#held.at(-1);
    this.#size += piece.length;
    if (last !== undefined && last.length < 4096)
      this.#held[this.#held.length - 1] = Buffer.concat([last, piece]);
    else this.#held.push(Buffer.from(piece));
  }

  #whole(end: Buffer): string {
    const octets = this.#held.length === 0 ? end : Buffer.concat([...this.#held, end]);
    this.#held = [];
    this.#size = 0;
    return octets.toString('utf8');
  }
}
