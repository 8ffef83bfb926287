import { RouterError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { Payload } from '../../core/payload.js';
import { asRecord } from './attributes.js';
import { Wamp2Error } from './codec.js';
import type { ClientMessage } from './messages.js';
import { OctetReader } from './octet-reader.js';
import { type Shape, shapeOf } from './read-message.js';
import type { Serializer } from './serializer.js';
import { isTransparent, NOTHING, readTransparent } from './transparent.js';
import { type ValueWriter, writeValue } from './write-value.js';

/** A binary serialization of values. */
export interface BinaryFormat {
  readonly subprotocol: string;
  readonly name: string;
  /** The one value of these octets, in `depth` levels at most: plain data, octets and bigints. Throws `Wamp2Error`. */
  read(bytes: Buffer, depth: number): unknown;
  /** Throws a `RangeError` for cycles. */
  write(value: unknown): Buffer;
}

/** A format of the two functions that make it. `readValue` reads one value and may leave octets behind. */
export function binaryFormat(
  names: Pick<BinaryFormat, 'subprotocol' | 'name'>,
  readValue: (from: OctetReader, depth: number) => unknown,
  newWriter: () => ValueWriter & { finish(): Buffer },
): BinaryFormat {
  return {
    ...names,
    read(bytes, depth) {
      const from = new OctetReader(bytes);
      const value = readValue(from, depth);
      if (from.remaining > 0) throw new Wamp2Error('octets after the message');
      return value;
    },
    write(value) {
      const to = newWriter();
      writeValue(value, to);
      return to.finish();
    },
  };
}

/** Messages in a binary serialization. */
export class BinarySerializer implements Serializer {
  readonly subprotocol: string;
  readonly name: string;
  readonly binary = true;
  readonly #format: BinaryFormat;
  readonly #depth: number;

  /** `depth` bounds the levels of lists and maps in each element of a message. */
  constructor(format: BinaryFormat, depth: number) {
    this.subprotocol = format.subprotocol;
    this.name = format.name;
    this.#format = format;
    this.#depth = depth + 1;
  }

  decode(data: Buffer, binary: boolean): readonly ClientMessage[] {
    if (!binary) throw new Wamp2Error(`${this.name} needs binary frames`);
    const message = this.#format.read(data, this.#depth);
    if (!Array.isArray(message)) throw new Wamp2Error('a message must be a list');
    const shape = shapeOf(message[0], message.length);
    return [shape.read(message, shape.hasPayload ? readPayload(message, shape) : NOTHING)];
  }

  encode(head: readonly unknown[], payload?: Payload): Frame {
    return new Frame(
      this.#write(payload === undefined ? head : [...head, ...elementsOf(head, payload)]),
      true,
    );
  }

  #write(message: readonly unknown[]): Buffer {
    try {
      return this.#format.write(message);
    } catch (cause) {
      throw new RouterError('bad_request', `the payload cannot be written as ${this.name}`, {
        hint: 'send plain data: no cycles',
        cause,
      });
    }
  }
}

function readPayload(message: readonly unknown[], shape: Shape): Payload {
  const [list, map] = message.slice(shape.length);
  if (list === undefined && map === undefined) return NOTHING;
  if (typeof list === 'string' || list instanceof Uint8Array) return readTransparent(list, shape, message);
  const given = list ?? [];
  if (!Array.isArray(given)) throw new Wamp2Error(`${shape.name}.Arguments must be a list`);
  const named = asRecord(map ?? {}, `${shape.name}.ArgumentsKw`);
  if (Object.keys(named).length > 0) return Payload.ofArguments({ list: given, map: named });
  return given.length === 0 ? NOTHING : Payload.ofArguments({ list: given });
}

function elementsOf(head: readonly unknown[], payload: Payload): readonly unknown[] {
  if (isTransparent(head, payload)) return [payload.bytes];
  const { list, map } = payload.arguments;
  if (map !== undefined && Object.keys(map).length > 0) return [list, map];
  return list.length === 0 ? [] : [list];
}
