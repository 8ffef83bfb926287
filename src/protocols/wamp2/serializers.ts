import { BatchedSerializer } from './batched.js';
import { BinarySerializer } from './binary.js';
import { CBOR } from './cbor.js';
import { JsonSerializer } from './json.js';
import { MSGPACK } from './msgpack.js';
import type { Serializer } from './serializer.js';

/** Every serializer, by sub-protocol. `depth` bounds the levels of lists and maps in each element of a message. */
export function createSerializers(limits: { readonly depth: number }): ReadonlyMap<string, Serializer> {
  const plain: readonly Serializer[] = [
    new JsonSerializer(limits.depth),
    new BinarySerializer(MSGPACK, limits.depth),
    new BinarySerializer(CBOR, limits.depth),
  ];
  const all = [...plain, ...plain.map((each) => new BatchedSerializer(each))];
  return new Map(all.map((each) => [each.subprotocol, each]));
}
