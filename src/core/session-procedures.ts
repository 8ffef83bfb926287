import type { Authenticator } from './authenticator.js';
import { RouterError } from './errors.js';
import { MAX_CREDENTIAL } from './read-attempt.js';
import type { Router } from './router.js';
import type { OwnProcedure } from './rpc.js';
import type { Principal, Session } from './session.js';

/** Channel on which notices go to sessions whose protocol has no other word for them. Nobody can publish there. */
export const SESSION_CHANNEL = 'signalbox.session';

/** What every session may call about itself, in every protocol that has calls. */
export const SESSION_PROCEDURES = { renew: 'signalbox.renew', identity: 'signalbox.identity' } as const;

export interface ProcedureParts {
  readonly router: Router;
  readonly authenticator: Authenticator;
}

/** Who a session is, as its peer is told. Times are milliseconds. */
export interface IdentityReport {
  readonly session: string;
  readonly kind: Principal['kind'];
  readonly id: string | null;
  readonly roles: readonly string[];
  readonly organizations: readonly string[];
  /** Until the identity ends; null where it does not. A span, as clocks differ. */
  readonly expires_in: number | null;
}

export function reportIdentity(session: Session, now: number = Date.now()): IdentityReport {
  const { kind, id, roles, organizations, expires } = session.principal;
  const left = expires === undefined ? null : Math.max(0, expires - now);
  return { session: session.id, kind, id: id ?? null, roles, organizations, expires_in: left };
}

/**
 * `signalbox.identity` tells who the session is; `signalbox.renew` gives it a new credential and tells the same, or
 * throws why the credential is refused.
 */
export function sessionProcedures({
  router,
  authenticator,
}: ProcedureParts): ReadonlyMap<string, OwnProcedure> {
  const renew: OwnProcedure = async (session, { args }) => {
    const principal = await authenticator.authenticate(renewal(session, args[0]));
    if (principal === undefined)
      throw new RouterError('unauthorized', 'credentials of this kind are not accepted here');
    if (session.closed) throw new RouterError('unavailable', 'the session has ended');
    router.renew(session, principal);
    return reportIdentity(session);
  };
  return new Map<string, OwnProcedure>([
    [SESSION_PROCEDURES.identity, (session) => reportIdentity(session)],
    [SESSION_PROCEDURES.renew, renew],
  ]);
}

function renewal({ connection: { remoteAddress } }: Session, secret: unknown) {
  if (typeof secret !== 'string' || secret === '' || secret.length > MAX_CREDENTIAL) {
    throw new RouterError('bad_request', 'a renewal takes a ticket or token as its one argument');
  }
  return { remoteAddress, headers: {}, credential: { source: 'renewal' as const, secret } };
}
