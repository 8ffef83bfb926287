export type { TlsFiles } from './certificate.js';
export { type HttpOptions, HttpTransport } from './http.js';
export { PeerAddresses } from './peer-addresses.js';
export { type WebSocketOptions, WebSocketTransport } from './websocket.js';
