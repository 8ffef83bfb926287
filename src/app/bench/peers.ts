import type { ProtocolName } from '../../client/node.js';
import type { Peer, PeerListener, PeerOptions } from './peer.js';
import { ReturningPeer } from './returning-peer.js';
import { SseListening } from './sse-listening.js';
import { StompListening } from './stomp-listening.js';
import { SyncPeer } from './sync-peer.js';

/** What subscribers may speak. */
export const BENCH_PROTOCOLS = ['wamp', 'wamp.2.json', 'stomp', 'sse'] as const;
export type BenchProtocol = (typeof BENCH_PROTOCOLS)[number];

/** A subscriber that speaks it; without a name what the client of this package chooses. */
export function peerOf(
  protocol: BenchProtocol | undefined,
  options: PeerOptions,
  listener: PeerListener,
): Peer {
  if (protocol === 'stomp')
    return new ReturningPeer((...asked) => new StompListening(...asked), options, listener);
  if (protocol === 'sse')
    return new ReturningPeer((...asked) => new SseListening(...asked), options, listener);
  return new SyncPeer(protocol satisfies ProtocolName | undefined, options, listener);
}
