export { type HttpOptions, HttpTransport } from './http.js';
export { type WebSocketOptions, WebSocketTransport } from './websocket.js';
