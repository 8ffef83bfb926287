import type { Authenticator, Challenger } from '../../core/authenticator.js';
import type { Logger } from '../../core/logger.js';
import type { Realm } from '../../core/realm.js';
import type { SessionDetails } from './session-details.js';

/** Whether publishers and callers are told to those whom they reach. */
export type Disclosure = 'request' | 'never' | 'always';

/** What all WAMP v2 peers share. */
export interface Wamp2Context {
  readonly realms: ReadonlyMap<string, Realm>;
  /** Names the server in WELCOME. */
  readonly ident: string;
  /** Says who a peer is that presents nothing: nobody in particular, or nobody at all. */
  readonly authenticator: Authenticator;
  readonly challengers: readonly Challenger[];
  readonly disclosure: Disclosure;
  /** Whether names have to be of letters, digits and underscores. */
  readonly strictUris: boolean;
  /** Milliseconds for a peer to say who it is, from the first octet on. */
  readonly handshakeTimeout: number;
  readonly details: WeakMap<object, SessionDetails>;
  readonly logger: Logger;
  readonly malformed: (reason: string) => void;
  /** Told of a peer that has not said in time who it is. */
  readonly late: () => void;
}
