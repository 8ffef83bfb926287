import { RouterError } from '../core/errors.js';
import type { Session } from '../core/session.js';
import type { LiveTopic } from './live-topic.js';

/**
 * A handler that says who may subscribe has said so of a user who is subscribed by any session: a request over HTTP has a
 * session of its own. A back end has what access gives it.
 */
export function isLetIn(session: Session, topic: LiveTopic): boolean {
  const { kind, id = '' } = session.principal;
  if (topic.decidesByAccess || kind === 'backend' || topic.has(session)) return true;
  return kind === 'user' && topic.sessionsOf(id).length > 0;
}

/** Throws `forbidden` where the subscribers alone may know who is there, and this is none. */
export function checkLetIn(session: Session, topic: LiveTopic): void {
  if (isLetIn(session, topic)) return;
  throw new RouterError('forbidden', `who is on ${topic.channel} is for its subscribers`, {
    hint: 'subscribe first: the handler decides who may',
  });
}
