import type { Audience, Publication } from '../core/publication.js';

/** What an entry takes in memory beside its texts and octets, roughly. */
const OVERHEAD = 400;

/** A publication in memory of its own: nothing of the message that it came in lives on with it. */
export function kept(publication: Publication): Publication {
  const { id, channel, payload, time, audience, publisher, headers } = publication;
  return {
    id,
    channel,
    payload: payload.copy(),
    time,
    audience: audience && lists(audience),
    publisher,
    headers,
  };
}

/** Octets that a publication takes while it is kept, roughly. */
export function weight({ channel, payload, audience, headers }: Publication): number {
  const named = Object.values(audience ?? {}).flat() as readonly string[];
  const texts = [channel, ...named, ...Object.entries(headers ?? {}).flat()];
  return texts.reduce((sum, text) => sum + text.length, payload.size + OVERHEAD);
}

/** The audience alone of what may be the whole event. */
function lists(audience: Audience): Audience {
  const { exclude, excludeUsers, excludeRoles, eligible, users, roles, author } = audience;
  const all = { exclude, excludeUsers, excludeRoles, eligible, users, roles, author };
  return Object.fromEntries(Object.entries(all).filter(([, list]) => list !== undefined));
}
