import type { Connection, ConnectionListener } from './connection.js';
import type { Principal } from './session.js';

/** One wire protocol: turns a connection's bytes into calls of the router and back. */
export interface Protocol {
  readonly name: string;
  /** WebSocket sub-protocols that choose it. */
  readonly subprotocols: readonly string[];
  accept(connection: Connection, principal: Principal): ConnectionListener;
}
