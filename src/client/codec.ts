import type { Identity } from './identity.js';

/** What a server said, in words that no protocol owns. */
export type Heard =
  | { readonly type: 'welcome'; readonly sessionId: string }
  | { readonly type: 'event'; readonly channel: string; readonly payload: unknown }
  | { readonly type: 'result'; readonly callId: string; readonly result: unknown }
  | { readonly type: 'call_refused'; readonly callId: string; readonly refusal: Refusal }
  | { readonly type: 'refused'; readonly channel: string; readonly refusal: Refusal }
  /** The identity of the session ends in so many milliseconds, unless it is renewed. */
  | { readonly type: 'expiring'; readonly in: number }
  | { readonly type: 'identity'; readonly identity: Identity };

/** Why the server refused one request. */
export interface Refusal {
  /** A stable word such as `forbidden`; `refused` from a server that sends none. */
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly hint: string | undefined;
  /** The hook that refused: `onSubscribe`, `onPublish` or `onUnsubscribe`. */
  readonly event: string | undefined;
  /** The name of the request in the server's log. */
  readonly request: string | undefined;
}

/** Who receives a publication: everybody who subscribed, unless these say otherwise. */
export interface Receivers {
  /** Session ids left out. */
  readonly exclude?: readonly string[];
  /** If not empty, only these session ids. */
  readonly eligible?: readonly string[];
  /** True to leave out the publisher itself. */
  readonly excludeMe?: boolean;
}

/** What can be said and heard on one open socket. The sending methods throw what JSON cannot say. */
export interface Conversation {
  subscribe(channel: string): void;
  unsubscribe(channel: string): void;
  publish(channel: string, payload: unknown, options: Receivers): void;
  call(callId: string, procedure: string, args: readonly unknown[]): void;
  /** Reads one message of the server; `undefined` for one that means nothing here. Throws what it cannot read. */
  hear(text: string): Heard | undefined;
}

/** The seam to a protocol of text messages. */
export interface Codec {
  /** What the socket asks the server for. */
  readonly subprotocol: string;
  /** Starts the conversation on a socket that has just opened; may greet the server. */
  start(send: (text: string) => void): Conversation;
}
