import type { MaybePromise } from './maybe-promise.js';
import type { Principal } from './session.js';

/** What a peer presents, whatever the protocol: credentials, none of which may appear in a log. */
export interface AuthAttempt {
  readonly remoteAddress: string;
  /** `?ticket=` of the handshake. */
  readonly ticket?: string;
  /** `Authorization: Bearer` of an HTTP request or handshake. */
  readonly bearer?: string;
}

/** Says who a peer is. */
export interface Authenticator {
  readonly method: string;
  /** Undefined when nothing was presented that this method reads. Throws `unauthorized` when it is wrong. */
  authenticate(attempt: AuthAttempt): MaybePromise<Principal | undefined>;
}
