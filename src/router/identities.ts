import { DISCONNECT, type Disconnect, RouterError } from '../core/errors.js';
import { ANONYMOUS, type Principal, type Session } from '../core/session.js';
import { Deadlines } from './deadlines.js';
import type { Sessions } from './sessions.js';

export interface IdentitySettings {
  /** Milliseconds before the end of an identity at which its peer is told. */
  readonly warning: number;
  /** Whether a session whose identity has ended lives on as anonymous. */
  readonly downgrade: boolean;
}

export interface IdentityParts extends IdentitySettings {
  readonly sessions: Sessions;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Ends the subscriptions and registrations that a session may no longer have. */
  reauthorize(session: Session): void;
  /** Ends sessions. */
  disconnect(sessions: readonly Session[], why: Disconnect): void;
}

/** The life of identities: a session is warned before the end of its own, may renew it, and loses it in time. */
export class Identities {
  readonly #parts: IdentityParts;
  readonly #warnings: Deadlines<Session>;
  readonly #ends: Deadlines<Session>;

  constructor(parts: IdentityParts) {
    const now = parts.clock();
    this.#parts = parts;
    this.#warnings = new Deadlines(now);
    this.#ends = new Deadlines(now);
  }

  /** From now on the end of the session's identity is looked after. */
  watch(session: Session): void {
    const { expires } = session.principal;
    this.forget(session);
    if (expires === undefined) return;
    const { clock, warning } = this.#parts;
    if (expires - warning > clock()) this.#warnings.set(session, expires - warning);
    this.#ends.set(session, expires);
  }

  forget(session: Session): void {
    this.#warnings.delete(session);
    this.#ends.delete(session);
  }

  /** Throws `forbidden` for the identity of somebody else. */
  renew(session: Session, principal: Principal): void {
    const { kind, id } = session.principal;
    if (principal.kind !== kind || principal.id !== id) {
      throw new RouterError('forbidden', 'a session cannot become another user', {
        hint: 'renew with a credential of the same user, or connect anew',
      });
    }
    this.change(session, principal);
  }

  /** The session is somebody else from now on; nothing is delivered to it that this one may not have. */
  change(session: Session, principal: Principal): void {
    this.#parts.sessions.identify(session, principal);
    this.#parts.reauthorize(session);
    this.watch(session);
    session.notify({ type: 'identity', principal });
  }

  /** To be called every second. */
  tick(): void {
    const now = this.#parts.clock();
    const ended = this.#ends.take(now);
    // Their rights end for all of them before anybody is told.
    if (this.#parts.downgrade) for (const session of ended) this.change(session, ANONYMOUS);
    else this.#parts.disconnect(ended, DISCONNECT.expired);
    for (const session of this.#warnings.take(now)) {
      const { expires } = session.principal;
      if (expires !== undefined) session.notify({ type: 'expiring', in: Math.max(0, expires - now) });
    }
  }
}
