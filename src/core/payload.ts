import { type Arguments, singleValue } from './arguments.js';
import { RouterError } from './errors.js';
import { skipSpace, skipValue } from './json-scanner.js';
import { asBuffer, readJson, writeJson } from './json-values.js';

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain';
const OCTETS_TYPE = 'application/octet-stream';
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
/** How arguments begin whose first is octets. */
const OCTETS_FIRST = Buffer.from('["\\u0000');
const ANY_DEPTH = 10_000;

/** A payload as it is written down. */
export interface KeptPayload {
  readonly contentType: string;
  readonly form: 'bytes' | 'text' | 'arguments';
  readonly bytes: Buffer;
}

/** What a payload was made of; each other form is derived from it when asked for. */
interface Source {
  readonly bytes?: Buffer;
  readonly text?: string;
  /** Whether the bytes are a text. */
  readonly isText?: boolean;
  readonly value?: unknown;
  readonly arguments?: Arguments;
  readonly argumentsJson?: Buffer;
}

/**
 * The body of a publication or a call: JSON, a text, octets with a content type, or arguments.
 *
 * JSON is held as the UTF-8 bytes it arrived in and goes out as the same bytes, so that a number keeps its
 * digits and nothing is encoded twice; every other form is derived on the first request and kept.
 */
export class Payload {
  readonly contentType: string;
  /** Whether it is a text that is no JSON: a string to protocols of values. */
  readonly isText: boolean;
  readonly #hasArguments: boolean;
  #bytes: Buffer | undefined;
  #text: string | undefined;
  #value: unknown;
  #jsonValue: unknown;
  #arguments: Arguments | undefined;
  #argumentsJson: Buffer | undefined;

  private constructor(contentType: string, source: Source) {
    this.contentType = contentType;
    this.isText = source.isText === true;
    this.#hasArguments = source.arguments !== undefined || source.argumentsJson !== undefined;
    this.#bytes = source.bytes;
    this.#text = source.text;
    this.#value = source.value;
    this.#arguments = source.arguments;
    this.#argumentsJson = source.argumentsJson;
  }

  /** A JSON payload of this value; `undefined` becomes `null`. Throws `bad_request` for what JSON cannot say. */
  static of(value: unknown): Payload {
    return new Payload(JSON_TYPE, { text: stringify(value), value: value ?? null });
  }

  /** A JSON payload of these bytes, which the caller has checked to be one JSON value in valid UTF-8. */
  static fromJson(bytes: Buffer): Payload {
    return new Payload(JSON_TYPE, { bytes });
  }

  /** A text, which the caller has checked to be valid UTF-8. */
  static fromText(bytes: Buffer, contentType = TEXT_TYPE): Payload {
    return new Payload(contentType, { bytes, isText: true });
  }

  /** Octets that are passed on untouched. */
  static fromBytes(bytes: Buffer, contentType: string): Payload {
    return new Payload(contentType, { bytes });
  }

  /** Arguments, which may hold octets. A single one that is octets is a payload of octets. */
  static ofArguments(given: Arguments): Payload {
    const bytes = singleOctets(given);
    if (bytes === undefined) return new Payload(JSON_TYPE, { arguments: given });
    return new Payload(OCTETS_TYPE, { bytes, arguments: given });
  }

  /**
   * Arguments as JSON: a list, and an object after a comma if there are named ones. The caller has checked that they are
   * that, in valid UTF-8. A single one that is octets is a payload of octets here, too.
   */
  static fromArgumentsJson(argumentsJson: Buffer): Payload {
    if (!startsWith(argumentsJson, OCTETS_FIRST)) return new Payload(JSON_TYPE, { argumentsJson });
    const given = parseArguments(argumentsJson);
    const bytes = singleOctets(given);
    if (bytes === undefined) return new Payload(JSON_TYPE, { arguments: given, argumentsJson });
    return new Payload(OCTETS_TYPE, { bytes, arguments: given, argumentsJson });
  }

  get isJson(): boolean {
    return this.contentType === JSON_TYPE;
  }

  /** The octets as they go over the wire, in protocols without arguments. */
  get bytes(): Buffer {
    this.#bytes ??= this.#argumentsJson && singleJson(this.#argumentsJson);
    return (this.#bytes ??= Buffer.from(this.#text ?? writeValue(this.value), 'utf8'));
  }

  /** The JSON that stands for it: of octets a string of NUL and base64, as WAMP writes them. [WAMP2 §Binary Data] */
  get json(): Buffer {
    return this.isJson ? this.bytes : Buffer.from(writeJson(this.value), 'utf8');
  }

  /** Size in octets. */
  get size(): number {
    return (this.#bytes ?? this.#argumentsJson ?? this.bytes).length;
  }

  /** The JSON text, or the octets read as UTF-8. */
  get text(): string {
    return (this.#text ??= this.bytes.toString('utf8'));
  }

  /** The value, made once: of JSON parsed, of arguments the one value that stands for them, otherwise the text or octets. */
  get value(): unknown {
    if (this.#value === undefined) this.#value = this.#makeValue();
    return this.#value;
  }

  /**
   * The value of the JSON that stands for it, parsed once: what JSON cannot say is in it as `json` writes it.
   */
  get jsonValue(): unknown {
    if (this.#jsonValue === undefined)
      this.#jsonValue = JSON.parse(this.isJson ? this.text : this.json.toString('utf8'));
    return this.#jsonValue;
  }

  /** As protocols with arguments see it. Strings of NUL and base64 are octets here. [WAMP2 §Binary conversion of JSON strings] */
  get arguments(): Arguments {
    return (this.#arguments ??= this.#makeArguments());
  }

  /** The JSON of the arguments: a list, and an object after a comma if there are named ones. */
  get argumentsJson(): Buffer {
    return (this.#argumentsJson ??= this.#makeArgumentsJson());
  }

  /** The same in memory of its own, for those who keep it: what has arrived is a piece of a larger buffer. */
  copy(): Payload {
    const { form, bytes } = this.kept;
    return Payload.restore({ contentType: this.contentType, form, bytes: copied(bytes) });
  }

  /** What all else can be made of again by `restore`. */
  get kept(): KeptPayload {
    const { contentType } = this;
    if (this.isText) return { contentType, form: 'text', bytes: this.bytes };
    const isArguments = this.#argumentsJson !== undefined || (this.isJson && this.#arguments !== undefined);
    return isArguments
      ? { contentType, form: 'arguments', bytes: this.argumentsJson }
      : { contentType, form: 'bytes', bytes: this.bytes };
  }

  static restore({ contentType, form, bytes }: KeptPayload): Payload {
    if (form === 'arguments') return new Payload(contentType, { argumentsJson: bytes });
    return new Payload(contentType, { bytes, isText: form === 'text' });
  }

  #makeValue(): unknown {
    if (!this.isJson) return this.isText ? this.text : this.bytes;
    return this.#hasArguments ? singleValue(this.arguments) : this.jsonValue;
  }

  #makeArguments(): Arguments {
    if (this.#hasArguments && this.#argumentsJson !== undefined) return parseArguments(this.#argumentsJson);
    return { list: [this.isJson ? readJson(this.text) : this.value] };
  }

  #makeArgumentsJson(): Buffer {
    if (this.#hasArguments || !this.isJson) return Buffer.from(writeArguments(this.arguments), 'utf8');
    const { bytes } = this;
    const json = Buffer.allocUnsafe(bytes.length + 2);
    json[0] = OPEN_LIST;
    json.set(bytes, 1);
    json[json.length - 1] = CLOSE_LIST;
    return json;
  }
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0;
}

function parseArguments(json: Buffer): Arguments {
  const [list, map] = readJson(`[${json.toString('utf8')}]`) as [unknown[], Arguments['map']];
  return { list, map };
}

/** The octets of arguments that are nothing else. */
function singleOctets({ list, map }: Arguments): Buffer | undefined {
  const [only] = list;
  return list.length === 1 && map === undefined && only instanceof Uint8Array ? asBuffer(only) : undefined;
}

/** The one value of arguments in JSON, cut out of it where that can be done. */
function singleJson(json: Buffer): Buffer | undefined {
  const start = skipSpace(json, skipSpace(json, 0) + 1);
  if (json[start] === CLOSE_LIST) return undefined;
  const end = skipValue(json, start, ANY_DEPTH);
  const close = skipSpace(json, end);
  const isAll = json[close] === CLOSE_LIST && skipSpace(json, close + 1) === json.length;
  return isAll ? json.subarray(start, end) : undefined;
}

/** Not from the pool, which one small payload would hold as a whole. */
function copied(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

function writeArguments({ list, map }: Arguments): string {
  return map === undefined || Object.keys(map).length === 0
    ? writeValue(list)
    : `${writeValue(list)},${writeValue(map)}`;
}

function writeValue(value: unknown): string {
  return written(() => writeJson(value));
}

function stringify(value: unknown): string {
  return written(() => JSON.stringify(value) ?? 'null');
}

function written(write: () => string): string {
  try {
    return write();
  } catch (cause) {
    const hint = 'send plain data: no cycles, no BigInt';
    throw new RouterError('bad_request', 'the payload cannot be written as JSON', { hint, cause });
  }
}
