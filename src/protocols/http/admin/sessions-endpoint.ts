import { RouterError } from '../../../core/errors.js';
import { type HttpReply, type HttpRequest, jsonReply } from '../../../core/http.js';
import type { InspectedSession, NodeInspection } from '../../../core/inspection.js';
import type { Redaction } from '../../../core/redaction.js';
import type { Subscriber } from '../../../core/router.js';
import { Query } from '../query.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { readListQuery } from './list-query.js';
import { sessionView, wholePrincipalView } from './views.js';

const NAME = 'sessions';

export interface SessionParts {
  readonly inspection: NodeInspection;
  readonly redaction: Redaction;
}

/**
 * `GET /admin/api/sessions?search=&protocol=&channel=&limit=&after=`: the sessions of this node, the newest first; and
 * `GET /admin/api/sessions/ID`: one of them, with all that it is subscribed to.
 */
export function sessionsEndpoint(gate: AdminGate, parts: SessionParts): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: NAME, below: true }, (request) => {
    const [, id] = request.url.pathname.split(`/${NAME}/`, 2);
    return id === undefined || id === '' ? list(request, parts) : one(id, parts);
  });
}

function list({ url }: HttpRequest, { inspection }: SessionParts): HttpReply {
  const query = new Query(url);
  const page = inspection.sessions({
    ...readListQuery(query),
    protocol: query.text('protocol'),
    channel: query.text('channel'),
  });
  return jsonReply(200, { sessions: page.items.map(sessionView), next: page.next, total: page.total });
}

function one(id: string, { inspection, redaction }: SessionParts): HttpReply {
  const found = inspection.session(id);
  if (found === undefined) throw new RouterError('no_such_session', 'no session of this node has this id');
  return jsonReply(200, {
    ...sessionView(found),
    principal: wholePrincipalView(found.session.principal, redaction),
    subscriptions: [...found.subscribers].map((subscriber) => subscription(subscriber, found, inspection)),
  });
}

function subscription(
  { channel, match }: Subscriber,
  { realm }: InspectedSession,
  inspection: NodeInspection,
): unknown {
  if (match !== undefined) return { channel, match };
  return { channel, match: 'exact', route: inspection.realm(realm).topics.get(channel)?.request.route.name };
}
