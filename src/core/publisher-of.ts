import type { Publisher } from './publication.js';
import { roleOf, type Session } from './session.js';

/** Who a session is, as it is told to others where that is disclosed. */
export function publisherOf({ id, principal }: Session): Publisher {
  return { session: id, user: principal.id, role: roleOf(principal) };
}
