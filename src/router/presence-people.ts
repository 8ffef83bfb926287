import type { Member, PresentUser } from '../core/presence.js';

/** Different for a user and a session of nobody in particular that is called alike. */
export function keyOf({ user, session }: Member): string {
  return user === undefined ? `session ${session}` : `user ${user}`;
}

export function personOf({ user, session, name, since }: Member): PresentUser {
  if (user === undefined) return { id: session, anonymous: true, since, sessions: 1 };
  return { id: user, ...(name !== undefined && { name }), since, sessions: 1 };
}

/** The sessions as those whom they belong to. */
export function people(members: readonly Member[]): readonly PresentUser[] {
  const found = new Map<string, PresentUser>();
  for (const member of members) {
    const known = found.get(keyOf(member));
    found.set(
      keyOf(member),
      known === undefined ? personOf(member) : { ...known, sessions: known.sessions + 1 },
    );
  }
  return [...found.values()];
}
