import type { PresenceReport } from '../core/presence.js';
import type { Session } from '../core/session.js';
import { questionOf } from './access.js';
import { checkLetIn } from './let-in.js';
import type { LiveTopic } from './live-topic.js';
import { presenceOf } from './presence-channel.js';
import { people } from './presence-people.js';

/** Who is there, for a session that may know it. Throws `no_such_route`, `forbidden`, and what the store throws. */
export async function readPresence(session: Session, find: () => LiveTopic): Promise<PresenceReport> {
  const topic = find();
  presenceOf(topic.request.route);
  checkReader(session, topic);
  const report = await presenceReport(topic);
  // The routes may have changed meanwhile.
  checkReader(session, find());
  return report;
}

/** The same for those who may know everything. */
export async function presenceReport(topic: LiveTopic): Promise<PresenceReport> {
  const { channel, route } = topic.request;
  const { members: most } = presenceOf(route);
  const { members, users, sessions } = await topic.present();
  return sessions > most
    ? { channel, users, sessions }
    : { channel, members: people(members), users, sessions };
}

function checkReader(session: Session, topic: LiveTopic): void {
  topic.access.check('presence', questionOf(session.principal, topic));
  checkLetIn(session, topic);
}
