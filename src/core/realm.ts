import type { Disconnect } from './errors.js';
import type { Router } from './router.js';
import type { Procedures } from './rpc.js';
import type { Session } from './session.js';
import type { SessionSelector } from './session-control.js';

/** The sessions of a realm, for the server itself. */
export interface Attendance {
  readonly sessions: Iterable<Session> & { readonly size: number };
  /** Ends sessions. Returns how many. */
  disconnect(who: SessionSelector, why: Disconnect): number;
}

/** One world of channels, procedures and sessions: nothing passes from one realm to another. */
export interface Realm {
  readonly name: string;
  readonly router: Router & Attendance;
  readonly procedures: Procedures;
}
