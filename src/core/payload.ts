import { RouterError } from './errors.js';

const JSON_TYPE = 'application/json';

/**
 * The body of a publication: JSON, or octets with a content type.
 *
 * JSON is held as the UTF-8 bytes it arrived in and goes out as the same bytes, so that a number keeps its
 * digits and nothing is encoded twice; text and value are derived on the first request and kept.
 */
export class Payload {
  readonly contentType: string;
  #bytes: Buffer | undefined;
  #text: string | undefined;
  #value: unknown;

  private constructor(
    contentType: string,
    bytes: Buffer | undefined,
    text: string | undefined,
    value: unknown,
  ) {
    this.contentType = contentType;
    this.#bytes = bytes;
    this.#text = text;
    this.#value = value;
  }

  /** A JSON payload of this value; `undefined` becomes `null`. Throws `bad_request` for what JSON cannot say. */
  static of(value: unknown): Payload {
    return new Payload(JSON_TYPE, undefined, stringify(value), value ?? null);
  }

  /** A JSON payload of these bytes, which the caller has checked to be one JSON value in valid UTF-8. */
  static fromJson(bytes: Buffer): Payload {
    return new Payload(JSON_TYPE, bytes, undefined, undefined);
  }

  /** Octets that are passed on untouched. */
  static fromBytes(bytes: Buffer, contentType: string): Payload {
    return new Payload(contentType, bytes, undefined, undefined);
  }

  get isJson(): boolean {
    return this.contentType === JSON_TYPE;
  }

  /** The octets as they go over the wire. */
  get bytes(): Buffer {
    return (this.#bytes ??= Buffer.from(this.#text ?? '', 'utf8'));
  }

  /** Size in octets. */
  get size(): number {
    return this.bytes.length;
  }

  /** The JSON text, or the octets read as UTF-8. */
  get text(): string {
    return (this.#text ??= this.bytes.toString('utf8'));
  }

  /** The JSON value, parsed once; for octets the bytes themselves. */
  get value(): unknown {
    if (this.#value === undefined) this.#value = this.isJson ? JSON.parse(this.text) : this.bytes;
    return this.#value;
  }
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    throw new RouterError('bad_request', 'the payload cannot be written as JSON', {
      hint: 'send plain data: no cycles, no BigInt',
      cause,
    });
  }
}
