import type { Connection, ConnectionListener } from './connection.js';
import type { Principal } from './session.js';

/** Who has been let in to a protocol, and how it knocked. */
export interface Guest {
  /** Undefined for one that has presented nothing yet; only where the protocol `authenticates`. */
  readonly principal: Principal | undefined;
  /** The WebSocket sub-protocol that was agreed on. */
  readonly subprotocol?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The path and query that it asked for; undefined where there are none. */
  readonly url?: URL | undefined;
}

/** One wire protocol: turns a connection's bytes into calls of the router and back. */
export interface Protocol {
  readonly name: string;
  /** WebSocket sub-protocols that choose it. */
  readonly subprotocols: readonly string[];
  /** Whether the first of them that a peer offers is taken, and not the first of the peer's list: they are versions. */
  readonly newestFirst?: boolean;
  /** Paths of WebSocket where it is spoken by peers that name no sub-protocol. */
  readonly paths?: readonly string[];
  /** Whether it has words of its own for who a peer is, so that it lets in those who have said nothing yet. */
  readonly authenticates?: boolean;
  accept(connection: Connection, guest: Guest): ConnectionListener;
}
