import type { InspectedSession } from '../../../core/inspection.js';
import { writePosition } from '../../../core/position.js';
import type { Publication } from '../../../core/publication.js';
import type { Redaction } from '../../../core/redaction.js';
import type { Principal } from '../../../core/session.js';

/** A time as operators are told it: ISO 8601. */
export function timeView(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Who somebody is, in short. */
export function principalView({ kind, id, roles }: Principal): unknown {
  return { kind, id, roles };
}

/** All that a principal says, less what is masked. */
export function wholePrincipalView(principal: Principal, redaction: Redaction): unknown {
  const { claims, issued, expires, organizations, grants, scope } = principal;
  return {
    ...(principalView(principal) as object),
    organizations,
    claims: redaction.value(claims),
    grants,
    scope,
    issued: issued && timeView(issued),
    expires: expires && timeView(expires),
  };
}

/** A session as lists have it. */
export function sessionView({ session, realm, subscribers }: InspectedSession) {
  const { id, protocol, principal, since, connection } = session;
  return {
    id,
    protocol,
    transport: connection.transport,
    remoteAddress: connection.remoteAddress,
    principal: principalView(principal),
    since: timeView(since),
    subscriptions: subscribers.size,
    buffered: connection.waiting ?? 0,
    realm,
  };
}

/** A publication with what may be seen of its payload. */
export function publicationView(publication: Publication, redaction: Redaction) {
  const { id, channel, position, time, publisher, payload } = publication;
  return {
    channel,
    id,
    offset: position?.offset,
    epoch: position?.epoch,
    position: position && writePosition(position),
    time: timeView(time),
    publisher,
    ...redaction.payload(payload),
  };
}
