import { narrows } from '../core/audience.js';
import type { Audience, Publication } from '../core/publication.js';

/** What an entry takes in memory beside its texts and octets, roughly. */
const OVERHEAD = 400;

/** A publication in memory of its own: nothing of the message that it came in lives on with it. */
export function kept(publication: Publication): Publication {
  const { id, channel, payload, time, audience, publisher, headers, position, trace } = publication;
  const own = narrows(audience) ? lists(audience) : undefined;
  const copy = { id, channel, payload: payload.copy(), time, audience: own, publisher, headers, position };
  return trace === undefined ? copy : { ...copy, trace };
}

/** Octets that one that is kept takes, roughly. */
export function weight({ channel, payload, audience, headers, trace = '' }: Publication): number {
  const own = narrows(audience) ? lists(audience) : undefined;
  return OVERHEAD + channel.length + payload.size + lengths(own) + lengths(headers) + trace.length;
}

function lengths(texts: object | undefined): number {
  if (texts === undefined) return 0;
  const all: string[] = Object.entries(texts).flat(2);
  return all.reduce((sum, text) => sum + text.length, 0);
}

/** The audience alone of what may be the whole event. */
function lists(audience: Audience): Audience {
  const { exclude, excludeUsers, excludeRoles, eligible, users, roles, author } = audience;
  const all = { exclude, excludeUsers, excludeRoles, eligible, users, roles, author };
  return Object.fromEntries(Object.entries(all).filter(([, list]) => list !== undefined));
}
