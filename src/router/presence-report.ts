import type { Member, PresenceReport, PresentUser } from '../core/presence.js';
import type { Session } from '../core/session.js';
import { checkLetIn } from './let-in.js';
import { type LiveTopic, questionOf } from './live-topic.js';
import { presenceOf } from './presence-channel.js';

/** Who is there, for a session that may know it. Throws `no_such_route`, `forbidden`, and what the store throws. */
export async function readPresence(session: Session, topic: LiveTopic): Promise<PresenceReport> {
  const { channel, route } = topic.request;
  const { members: most } = presenceOf(route);
  topic.access.check('presence', questionOf(session.principal, topic));
  checkLetIn(session, topic);
  const { members, users, sessions } = await topic.present();
  return sessions > most
    ? { channel, users, sessions }
    : { channel, members: people(members), users, sessions };
}

/** Different for a user and a session of nobody in particular that is called alike. */
export function keyOf({ user, session }: Member): string {
  return user === undefined ? `session ${session}` : `user ${user}`;
}

export function personOf({ user, session, name, since }: Member): PresentUser {
  if (user === undefined) return { id: session, anonymous: true, since, sessions: 1 };
  return { id: user, ...(name !== undefined && { name }), since, sessions: 1 };
}

/** The sessions as those whom they belong to. */
function people(members: readonly Member[]): readonly PresentUser[] {
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
