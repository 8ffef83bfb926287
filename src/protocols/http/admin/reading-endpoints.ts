import { RouterError } from '../../../core/errors.js';
import { jsonReply } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import type { Redaction } from '../../../core/redaction.js';
import { Query } from '../query.js';
import { valueReply } from '../value-reply.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { readLimit, readName } from './list-query.js';
import { publicationView } from './views.js';

export interface ReadingParts {
  readonly inspection: NodeInspection;
  readonly redaction: Redaction;
}

/**
 * `GET /admin/api/history?channel=&since=&limit=`: what is kept of a channel, oldest first: the newest, or what follows the offset
 * `since`.
 */
export function historyEndpoint(gate: AdminGate, { inspection, redaction }: ReadingParts): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'history' }, async ({ url }) => {
    const query = new Query(url);
    const channel = requireChannel(query);
    const asked = { after: query.number('since'), limit: readLimit(query) };
    const publications = await inspection.realm(query.text('realm')).kept(channel, asked);
    return valueReply({
      channel,
      publications: publications.map((publication) => publicationView(publication, redaction)),
    });
  });
}

/** `GET /admin/api/presence?channel=`: who is there, on all nodes. */
export function presenceEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'presence' }, async ({ url }) => {
    const query = new Query(url);
    return jsonReply(200, await inspection.realm(query.text('realm')).presence(requireChannel(query)));
  });
}

/** Throws `bad_request` where it is missing. */
export function requireChannel(query: Query): string {
  const channel = readName(query, 'channel');
  if (channel !== undefined) return channel;
  throw new RouterError('bad_request', 'the channel is missing', { hint: 'write ?channel=chat/room/1' });
}
