/** What the server answers about a session and may say by itself. The names are those of `core/session-procedures.ts`. */
export const SESSION_CHANNEL = 'signalbox.session';
export const SESSION_PROCEDURES = { renew: 'signalbox.renew', identity: 'signalbox.identity' } as const;

/** Who the session is, as the server sees it. */
export interface Identity {
  readonly sessionId: string;
  readonly kind: 'anonymous' | 'user' | 'backend';
  /** The user's id, or the name of a back end's key; undefined for anonymous sessions. */
  readonly id: string | undefined;
  readonly roles: readonly string[];
  readonly organizations: readonly string[];
  /** Milliseconds until the identity ends; undefined if it lasts as long as the connection. */
  readonly expiresIn: number | undefined;
}

/** Reads the server's report. Throws what is none. */
export function readIdentity(report: unknown): Identity {
  const { session, kind, id, roles, organizations, expires_in } = report as Record<string, unknown>;
  return {
    sessionId: session as string,
    kind: kind as Identity['kind'],
    id: (id as string | null) ?? undefined,
    roles: roles as string[],
    organizations: organizations as string[],
    expiresIn: (expires_in as number | null) ?? undefined,
  };
}
