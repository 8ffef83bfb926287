import { DIGITS, FIRST_SEQUENCE } from './payload.mjs';
import { maskedByte } from './websocket.mjs';

/** Sends publications with rising sequence numbers, many of them in one write: copies of finished bytes, no JSON. */
export class Publisher {
  /** Publications made. */
  published = 0;
  #client;
  #templates;
  #sequences;
  #turn = 0;
  #unheard;
  #unheardEach;

  /** `unheard.each` publications go to a channel nobody holds before each one that somebody hears. */
  constructor(client, { wire, channels, payload, unheard }) {
    this.#client = client;
    this.#templates = channels.map((channel) => wire.publication(channel, payload));
    this.#sequences = channels.map(() => FIRST_SEQUENCE);
    this.#unheard = wire.publication(unheard.channel, payload).bytes;
    this.#unheardEach = unheard.each;
  }

  /** Number that the next publication on a channel will have. */
  nextSequence(channel) {
    return this.#sequences[channel];
  }

  /** Publishes on `count` channels, in turn. */
  publish(count) {
    const each = this.#templates[0].bytes.length + this.#unheardEach * this.#unheard.length;
    const bytes = Buffer.allocUnsafe(count * each);
    let at = 0;
    for (let i = 0; i < count; i++) at = this.#put(bytes, at);
    this.published += count * (1 + this.#unheardEach);
    this.#client.write(bytes);
  }

  #put(bytes, start) {
    let at = start;
    for (let i = 0; i < this.#unheardEach; i++) at += this.#unheard.copy(bytes, at);
    const channel = this.#turn;
    this.#turn = channel + 1 === this.#templates.length ? 0 : channel + 1;
    const template = this.#templates[channel];
    template.bytes.copy(bytes, at);
    putSequence(bytes, at, template, this.#sequences[channel]++);
    return at + template.bytes.length;
  }
}

function putSequence(bytes, at, { dataAt, digitsAt, isMasked }, sequence) {
  let value = sequence;
  for (let i = digitsAt + DIGITS - 1; i >= digitsAt; i--) {
    const digit = 0x30 + (value % 10);
    bytes[at + i] = isMasked ? maskedByte(digit, i - dataAt) : digit;
    value = Math.trunc(value / 10);
  }
}
