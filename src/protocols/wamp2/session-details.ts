import { roleOf, type Session } from '../../core/session.js';

/** How a session came to be who it is. */
export interface SessionDetails {
  readonly authmethod: string;
  readonly authprovider: string;
  readonly transport: Readonly<Record<string, unknown>>;
}

/** A session of any protocol, as the meta API tells of it. [WAMP2 §Session Meta API] */
export function describeSession(
  session: Session,
  known: SessionDetails | undefined,
): Readonly<Record<string, unknown>> {
  const { principal, protocol, connection } = session;
  const details = known ?? { authmethod: principal.kind, authprovider: 'signalbox', transport: {} };
  return {
    session: Number(session.id),
    authid: authidOf(session),
    authrole: roleOf(principal),
    authmethod: details.authmethod,
    authprovider: details.authprovider,
    transport: { ...details.transport, type: connection.transport, protocol },
  };
}

/** Who the session is; one that is nobody is named by its id, as everybody needs a name. */
export function authidOf({ principal, id }: Session): string {
  return principal.id ?? id;
}
