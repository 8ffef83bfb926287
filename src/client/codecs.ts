import type { Codec } from './codec.js';
import { SyncError } from './sync-error.js';
import { wamp1 } from './wamp1.js';
import { wamp2 } from './wamp2.js';

/** The protocols, by the sub-protocol that the socket asks the server for. */
const CODECS = { wamp: wamp1, 'wamp.2.json': wamp2 } as const satisfies Record<string, Codec>;

/** What the client speaks: `wamp.2.json` (WAMP v2), or `wamp` (WAMP v1) with servers that know nothing else. */
export type ProtocolName = keyof typeof CODECS;

/** Throws the `SyncError` `bad_protocol` for a name that a page has made up. */
export function codecOf(protocol: ProtocolName): Codec {
  if (Object.hasOwn(CODECS, protocol)) return CODECS[protocol];
  const hint = `give one of ${Object.keys(CODECS).join(', ')}`;
  throw new SyncError('bad_protocol', `no such protocol: ${protocol}`, { hint });
}
