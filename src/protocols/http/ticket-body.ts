import { RouterError } from '../../core/errors.js';
import type { HttpRequest } from '../../core/http.js';
import type { TicketGrant } from '../../core/ticket-grant.js';
import { fault, JsonBody } from './json-body.js';

const MEMBERS = ['user', 'organizations', 'roles', 'channels', 'ttl', 'session'];

/** How long tickets of this server live, in milliseconds. */
export interface TicketTimes {
  /** Where the body says nothing. */
  readonly ttl: number;
  /** At most. */
  readonly longest: number;
}

/** The grant that a body asks for. Throws `bad_request`, naming the member that is unknown, missing or not as it must be. */
export function readTicketBody(request: HttpRequest, { ttl, longest }: TicketTimes): TicketGrant {
  const body = new JsonBody(request, MEMBERS);
  const user = body.name('user');
  if (user === undefined) {
    throw new RouterError('bad_request', 'user is not a text, but missing', {
      hint: 'send {"user": "5"} as JSON, with organizations, roles, channels, ttl and session if need be',
    });
  }
  const lifetime = body.duration('ttl') ?? Math.min(ttl, longest);
  if (lifetime > longest) throw fault('ttl', `at most ${longest} ms (auth.ticket_ttl_max)`);
  const session = body.duration('session');
  // Which patterns there may be is the ticket's business.
  const channels = body.object('channels', ['subscribe', 'publish']) as TicketGrant['channels'];
  return {
    user,
    organizations: body.names('organizations') ?? [],
    roles: body.names('roles') ?? [],
    ttl: lifetime,
    ...(channels !== undefined && { channels }),
    ...(session !== undefined && { session }),
  };
}
