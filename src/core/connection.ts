import type { Disconnect, RouterError } from './errors.js';
import type { Frame } from './frame.js';

/** What a peer said before it was let in. Kept no longer than the decision takes. */
export interface Handshake {
  readonly remoteAddress: string;
  /** Path and query as sent, in origin form. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Sub-protocols offered, in the peer's order of preference. */
  readonly subprotocols: readonly string[];
  /** The protocol that is spoken there, by its name, where a peer has no say in it: on streams. */
  readonly protocol?: string;
}

/** One open pipe to a peer, whatever carries it. Sends are in order; a closed connection ignores them. */
export interface Connection {
  readonly id: string;
  readonly transport: 'websocket' | 'tcp' | 'sse' | 'http' | 'memory';
  readonly remoteAddress: string;
  send(frame: Frame): void;
  /**
   * Calls back when all that was sent so far has been handed to the operating system; never for a connection that ends
   * before. Left out where it cannot be told.
   */
  whenSent?(done: () => void): void;
  /**
   * Whether so much waits to be sent that the peer takes less than it is given: a quarter of `limits.buffer`. Left out where
   * it cannot be told.
   */
  readonly isCongested?: boolean;
  /** Octets that wait to be sent. Left out where it cannot be told. */
  readonly waiting?: number;
  /** Why it ends or has ended; undefined while it is open. Left out where that is nobody's to know. */
  readonly why?: Disconnect | undefined;
  /** Stop reading from the peer, until `resume`. */
  pause(): void;
  resume(): void;
  /** Counts messages that have arrived within others, where the protocol lets several come as one. */
  charge?(messages: number): void;
  /** Say goodbye in the transport's own way and end. What was sent before goes out first. */
  close(why: Disconnect): void;
  /** End without a goodbye: the peer sees a lost connection. */
  drop(why: Disconnect): void;
  /**
   * Says no to the request that is answered by opening the connection, as long as nothing was sent; `details` are told
   * beside the refusal. Left out where a connection is open before its protocol is asked.
   */
  refuse?(refusal: RouterError, details?: Readonly<Record<string, unknown>>): void;
}

/** The protocol's side of a connection. */
export interface ConnectionListener {
  received(data: Buffer, binary: boolean): void;
  /**
   * The peer has said all that it will, but still hears: answer, then close. Where this is left out, and where it takes
   * too long, the transport closes.
   */
  finished?(): void;
  /** The pipe has ended; called once. */
  disconnected(why: Disconnect): void;
  /** The server wants the peer gone: say it in the protocol's words, then end the connection. */
  end(why: Disconnect): void;
}

/** Decides at the handshake who may connect, and which protocol will speak. */
export interface Gateway {
  /** Throws a `RouterError` to refuse before anything is opened. */
  admit(handshake: Handshake): Promise<Admission>;
}

/** A positive decision of the gateway. */
export interface Admission {
  readonly subprotocol: string | undefined;
  accept(connection: Connection): ConnectionListener;
}
