import type { Container } from 'inversify';
import type { Sample } from './live-figures.js';
import { PARTS } from './tokens.js';

/** The transports that carry peers. */
export function peerTransports(container: Container) {
  return [
    container.get(PARTS.webSocket),
    container.get(PARTS.rawSocket),
    container.get(PARTS.longPoll),
    container.get(PARTS.sseStreams),
    container.get(PARTS.stompStream),
    container.get(PARTS.xmlsocketStream),
  ] as const;
}

/** The names of those, in the same order. Protocols over bare TCP have transports of their own. */
const NAMES = ['websocket', 'rawsocket', 'long_poll', 'sse', 'stomp_tcp', 'xmlsocket_tcp'] as const;

type PeerTransport = ReturnType<typeof peerTransports>[number];

/** A figure of each transport. */
export function byTransport(container: Container, figure: (one: PeerTransport) => number): readonly Sample[] {
  return peerTransports(container).map((one, at) => ({
    labels: { transport: NAMES[at] ?? '' },
    value: figure(one),
  }));
}
