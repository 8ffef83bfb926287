import type { Endpoint } from './address.js';
import { Connection, type Reply, type ReplyError } from './connection.js';
import { slotOf } from './names.js';

/** A main server of a Redis Cluster, and the slots that it serves. */
export interface Shard {
  /** Host and port. */
  readonly place: string;
  readonly endpoint: Endpoint;
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** A text in braces of which keys are on this server. */
  readonly tag: string;
}

/** Asks one server after the other until one knows. Throws an error that says what the last one said. */
export async function readTopology(
  endpoints: readonly Endpoint[],
  options: { readonly name: string; readonly timeout: number },
): Promise<readonly Shard[]> {
  let failure: unknown = new Error('no server of the Redis Cluster is known');
  for (const endpoint of endpoints) {
    try {
      const connection = await Connection.open(endpoint, options);
      try {
        const shards = shardsOf(await connection.send(['CLUSTER', 'SLOTS']), endpoint);
        if (shards.length > 0) return shards;
      } finally {
        connection.close();
      }
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

export function includes(ranges: Shard['ranges'], slot: number): boolean {
  for (const [from, to] of ranges) if (slot >= from && slot <= to) return true;
  return false;
}

/** Where a server says that a slot is; undefined where it says something else. */
export function placeOf({ word, message }: ReplyError): string | undefined {
  return word === 'MOVED' || word === 'ASK' ? message.split(' ')[2] : undefined;
}

type Slots = readonly [from: number, to: number, main: readonly [host: Buffer | string, port: number]];

/** The login is that of the server which was asked, and its host where a server does not say its own. */
function shardsOf(reply: Reply, asked: Endpoint): readonly Shard[] {
  const ranges = new Map<string, (readonly [number, number])[]>();
  const endpoints = new Map<string, Endpoint>();
  for (const [from, to, [host, port]] of reply as unknown as readonly Slots[]) {
    const named = String(host ?? '');
    const endpoint = { ...asked, host: named === '' ? asked.host : named, port };
    const place = `${endpoint.host}:${port}`;
    endpoints.set(place, endpoint);
    ranges.set(place, [...(ranges.get(place) ?? []), [from, to]]);
  }
  return [...endpoints].map(([place, endpoint]) => {
    const own = ranges.get(place) ?? [];
    return { place, endpoint, ranges: own, tag: tagIn(own) };
  });
}

function tagIn(ranges: Shard['ranges']): string {
  for (let n = 0; ; n++) {
    const slot = slotOf(String(n));
    if (includes(ranges, slot)) return String(n);
  }
}
