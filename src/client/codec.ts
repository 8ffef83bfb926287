import type { Identity } from './identity.js';
import type { Interest } from './interest.js';
import type { Start } from './progress.js';

/** How a connection or an attempt ended. 1006: without a word. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  /** Milliseconds within which the server wants everybody to come back, spread over them. */
  readonly retryAfter?: number | undefined;
}

/** What a server said, in words that no protocol owns. */
export type Heard =
  | { readonly type: 'welcome'; readonly sessionId: string }
  /** The server has agreed to a subscription. */
  | { readonly type: 'subscribed'; readonly interest: Interest; readonly start: Start }
  | {
      readonly type: 'event';
      /** Whom it is for; nobody if the subscription has ended meanwhile. */
      readonly interests: readonly Interest[];
      /** Where it was published, for patterns. */
      readonly channel?: string | undefined;
      readonly retained?: boolean;
      /** Its place in the history of the channel. */
      readonly position?: string | undefined;
      readonly payload: unknown;
    }
  | { readonly type: 'result' | 'progress'; readonly callId: string; readonly result: unknown }
  | { readonly type: 'call_refused'; readonly callId: string; readonly refusal: Refusal }
  | { readonly type: 'refused'; readonly interest: Interest; readonly refusal: Refusal }
  /** The server takes leave: nothing is said any more, and a close follows. */
  | { readonly type: 'farewell'; readonly why: Ending }
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
  /** What a procedure of another session adds to its error. */
  readonly payload?: unknown;
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

/** What the server is told with a publication. */
export interface PublicationDetails extends Receivers {
  /** True to keep it for who subscribes later with `getRetained`, in place of the one kept before. */
  readonly retain?: boolean;
  /** Names the attempt: another one of the same user on the channel with this key, within five minutes, is not published. */
  readonly key?: string;
  /** A whole number of at least 1: not published unless it is greater than that of any before in the history of the channel. */
  readonly version?: number;
}

/** What goes with a publication. */
export interface PublicationOptions extends PublicationDetails {
  /** True to send it again if the connection ends before the server has answered; without a `key` one is made. */
  readonly retry?: boolean;
}

/** What a procedure is called with. */
export interface Question {
  readonly procedure: string;
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds after which nobody waits for the answer, or for its next part; 0 for no end. */
  readonly timeout: number;
  /** Whether parts of the result are wanted as they come. */
  readonly wantsProgress: boolean;
}

/** What can be said and heard on one open socket. The sending methods throw what the protocol or JSON cannot say. */
export interface Conversation {
  /** The same for conversations in which a key names the same attempt to publish. */
  readonly author: string;
  /** With the position to resume after, or true where positions are wanted and none is known. */
  subscribe(interest: Interest, recover: string | boolean): void;
  unsubscribe(interest: Interest): void;
  /** `settled` is called when nothing more will be heard of it. */
  publish(channel: string, payload: unknown, details: PublicationDetails, settled: () => void): void;
  call(callId: string, question: Question): void;
  /** The answer is not wanted any more. */
  cancel(callId: string): void;
  /** Says goodbye, where the protocol has a word for it. */
  leave(): void;
  /** Reads one message of the server; `undefined` for one that means nothing here. Throws what it cannot read. */
  hear(text: string): Heard | undefined;
}

/** The seam to a protocol of text messages. */
export interface Codec {
  /** Starts the conversation on a socket that has just opened; may greet the server. */
  start(send: (text: string) => void, greeting: { readonly realm: string }): Conversation;
}
