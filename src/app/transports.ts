import type { Container } from 'inversify';
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
