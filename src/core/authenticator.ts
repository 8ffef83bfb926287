import type { MaybePromise } from './maybe-promise.js';
import type { Principal } from './session.js';

/**
 * How a credential came: `?ticket=` or `?token=` of the address, the header `Authorization`, a cookie, the words of a
 * protocol, or a live session that renews its identity.
 */
export type CredentialSource = 'ticket' | 'token' | 'bearer' | 'basic' | 'cookie' | 'login' | 'renewal';

/** What a peer presents to prove who it is. Never part of a log line or an error. */
export interface Credential {
  readonly source: CredentialSource;
  /** The ticket, token, key or password itself. */
  readonly secret: string;
  /** The name that came with it, where the source has one: `basic` and `login`. */
  readonly identity?: string;
}

/** One peer that wants to be somebody, whatever its protocol. */
export interface AuthAttempt {
  readonly remoteAddress: string;
  /** Absent for a peer that presents nothing of its own. */
  readonly credential?: Credential;
  /** Headers of the handshake, for methods that ask the application. Empty where a protocol has none. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Says who a peer is. */
export interface Authenticator {
  readonly method: string;
  /**
   * Undefined when nothing was presented that this method reads. Throws `unauthorized` when it is wrong, and
   * `unavailable` or `timeout` when it cannot be told, which is a refusal, too.
   */
  authenticate(attempt: AuthAttempt): MaybePromise<Principal | undefined>;
}

/** Remembers one-time credentials until they expire. Shared by the nodes of an installation where there are several. */
export interface ReplayCache {
  /**
   * True for the first who claims the id, false for everybody after; `until` is when it may be forgotten, in
   * milliseconds since 1970. Throws `unavailable` when it cannot be told.
   */
  claim(id: string, until: number): MaybePromise<boolean>;
}

/** What a peer says before it is asked for proof. */
export interface ChallengeAttempt {
  readonly remoteAddress: string;
  readonly headers: AuthAttempt['headers'];
  /** Whom it claims to be, if anybody. */
  readonly identity: string | undefined;
  /** What it adds for the method, as it came from a stranger. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** The id that its session will have. */
  readonly session: string;
}

/** A question whose right answer proves who a peer is. Good for one answer. */
export interface Challenge {
  /** What the peer needs in order to answer. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** `signature` and `extra` come from a stranger. Throws `unauthorized` for a wrong answer. */
  answer(signature: string, extra: Readonly<Record<string, unknown>>): MaybePromise<ProvenIdentity>;
}

export interface ProvenIdentity {
  readonly principal: Principal;
  /** What proves the server to the peer, where the method does that. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Says who a peer is by question and answer. */
export interface Challenger {
  /** As protocols name it: `ticket`, `wampcra`, `wamp-scram`, `scram`, `cryptosign`. */
  readonly method: string;
  /**
   * The question. Somebody unknown is asked like anybody else, so that names cannot be found out. Throws `unauthorized`
   * for an attempt that is not of the method's form.
   */
  challenge(attempt: ChallengeAttempt): MaybePromise<Challenge>;
}
