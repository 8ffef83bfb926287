export { AdmissionLimits } from './admission-limits.js';
export type { TlsFiles } from './certificate.js';
export { type HttpOptions, HttpTransport } from './http.js';
export { type LongPollOptions, LongPollTransport } from './long-poll.js';
export { PeerAddresses } from './peer-addresses.js';
export { type RawSocketOptions, RawSocketTransport } from './raw-socket.js';
export { type WebSocketOptions, WebSocketTransport } from './websocket.js';
