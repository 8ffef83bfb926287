import type { MaybePromise } from './maybe-promise.js';

/** A user as the application knows it. */
export interface Account {
  readonly id: string;
  /** The password as the application stores it: its hash, never the password itself. */
  readonly password: string;
  readonly roles: readonly string[];
  readonly organizations: readonly string[];
}

/** Where the accounts of an application are looked up. */
export interface Accounts {
  /**
   * The account of exactly this name that may log in at this moment, or undefined. The name comes from a stranger.
   * Whatever it throws is a refusal, `unavailable` to the peer.
   */
  find(username: string): MaybePromise<Account | undefined>;
}
