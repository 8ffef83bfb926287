import type { Login } from '../core/logins.js';
import type { Principal } from '../core/session.js';
import { RESERVED_ROLE } from './ticket-claims.js';

/** Who somebody with this login is. It may come from code without types: ids and roles are text from here on. */
export function principalOf({ id, kind, roles = [], organizations = [], issued }: Login): Principal {
  const own = roles.map(String).filter((role) => role !== RESERVED_ROLE);
  const isBackend = kind === 'backend';
  return {
    kind: isBackend ? 'backend' : 'user',
    id: String(id),
    roles: isBackend ? [RESERVED_ROLE, ...own] : own,
    organizations: organizations.map(String),
    claims: {},
    ...(typeof issued === 'number' && { issued }),
  };
}
