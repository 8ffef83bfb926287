import { openLongPoll } from './long-poll.js';
import { openRawSocket } from './raw-socket.js';
import { openWebSocket } from './websocket.js';
import type { Wire } from './wire.js';

/** Carries whole messages of one serializer to the router under test. */
export interface Transport {
  readonly isOpen: boolean;
  send(message: string | Uint8Array): void;
  /** Ends without a word of WAMP. */
  vanish(): void;
}

export interface TransportListener {
  message(octets: Buffer): void;
  /** Called once; `code` is that of a WebSocket. */
  closed(code?: number): void;
}

export type OpenTransport = (url: URL, wire: Wire, listener: TransportListener) => Promise<Transport>;

const BY_SCHEME: Readonly<Record<string, OpenTransport>> = {
  'ws:': openWebSocket,
  'wss:': openWebSocket,
  'rawsocket:': openRawSocket,
  'rawsockets:': openRawSocket,
  'http:': openLongPoll,
  'https:': openLongPoll,
};

/** Rejects when the router takes no connection there: `ws://`, `rawsocket://HOST:PORT`, `http://` for long-poll, or over TLS. */
export function openTransport(address: string, wire: Wire, listener: TransportListener): Promise<Transport> {
  const url = new URL(address);
  const open = BY_SCHEME[url.protocol];
  if (open === undefined) throw new Error(`no transport is known for ${url.protocol}`);
  return open(url, wire, listener);
}
