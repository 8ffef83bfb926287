import type { Disconnect } from './errors.js';
import type { Principal, Session } from './session.js';

/** Sessions of a user, one session by its id, or these. */
export type SessionSelector =
  | { readonly user: string }
  | { readonly session: string }
  | { readonly sessions: readonly Session[] };

/** What of a principal may change while it is connected. */
export type Rights = Pick<Principal, 'roles' | 'organizations'>;

/** What the application may do to open sessions. All of it has taken effect when the call returns. */
export interface SessionControl {
  /** Ends sessions: nothing reaches them any more, and nothing comes from them. Returns how many. */
  disconnect(who: SessionSelector, why: Disconnect): number;
  /**
   * Gives the sessions of a user other rights, and ends the subscriptions and registrations that these do not cover.
   * Returns how many.
   */
  setRights(user: string, rights: Rights): number;
}
