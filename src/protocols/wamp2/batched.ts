import { Frame } from '../../core/frame.js';
import type { Payload } from '../../core/payload.js';
import { Wamp2Error } from './codec.js';
import type { ClientMessage } from './messages.js';
import type { Serializer } from './serializer.js';

/** The most messages in one batch. */
const MAX_MESSAGES = 1000;
const SEPARATOR = 0x1e;
const LENGTH_SIZE = 4;

/**
 * Several messages in one transport message: each with a record separator behind it where they are text, and its length
 * in four octets before it where they are binary. [WAMP2 §Batched Transport]
 */
export class BatchedSerializer implements Serializer {
  readonly subprotocol: string;
  readonly name: string;
  readonly binary: boolean;
  readonly #each: Serializer;

  constructor(each: Serializer) {
    this.subprotocol = `${each.subprotocol}.batched`;
    this.name = `${each.name}-batched`;
    this.binary = each.binary;
    this.#each = each;
  }

  decode(data: Buffer, binary: boolean): readonly ClientMessage[] {
    const pieces = this.binary ? splitByLength(data) : splitBySeparator(data);
    if (pieces.length === 0) throw new Wamp2Error('a batch must not be empty');
    return pieces.flatMap((piece) => this.#each.decode(piece, binary));
  }

  /** A batch of one. */
  encode(head: readonly unknown[], payload?: Payload): Frame {
    const { bytes, binary } = this.#each.encode(head, payload);
    return new Frame(binary ? withLength(bytes) : withSeparator(bytes), binary);
  }
}

function splitByLength(data: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at < data.length) {
    const start = at + LENGTH_SIZE;
    if (start > data.length) throw cutShort();
    at = start + data.readUInt32BE(at);
    if (at > data.length) throw cutShort();
    addPiece(pieces, data.subarray(start, at));
  }
  return pieces;
}

function splitBySeparator(data: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at < data.length) {
    const end = data.indexOf(SEPARATOR, at);
    if (end === -1) throw cutShort();
    addPiece(pieces, data.subarray(at, end));
    at = end + 1;
  }
  return pieces;
}

function addPiece(pieces: Buffer[], piece: Buffer): void {
  if (pieces.length === MAX_MESSAGES) throw new Wamp2Error(`a batch has at most ${MAX_MESSAGES} messages`);
  pieces.push(piece);
}

function cutShort(): Wamp2Error {
  return new Wamp2Error('a batch ends in the midst of a message');
}

function withLength(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + LENGTH_SIZE);
  framed.writeUInt32BE(message.length, 0);
  framed.set(message, LENGTH_SIZE);
  return framed;
}

function withSeparator(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 1);
  framed.set(message, 0);
  framed[message.length] = SEPARATOR;
  return framed;
}
