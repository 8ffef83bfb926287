import { JsonSerializer } from './json.js';
import type { Serializer } from './serializer.js';

/** Every serializer, by sub-protocol. `depth` bounds the levels of lists and maps in each element of a message. */
export function createSerializers(limits: { readonly depth: number }): ReadonlyMap<string, Serializer> {
  const all: readonly Serializer[] = [new JsonSerializer(limits.depth)];
  return new Map(all.map((each) => [each.subprotocol, each]));
}
