import { ANONYMOUS, type Principal } from './session.js';

const USER = 'user:';
const KEY = 'backend:';

/** What an actor has beside its name. */
export interface ActorDetails {
  readonly roles?: readonly string[];
  readonly organizations?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}

export const ACTORS = 'anonymous, user:ID, backend or backend:KEY';

/** The principal of `anonymous`, `user:5`, `backend` or `backend:shop`; undefined for other texts. */
export function readActor(text: string, details: ActorDetails = {}): Principal | undefined {
  const { roles = [], organizations = [], claims = {} } = details;
  if (text === 'anonymous') return ANONYMOUS;
  if (text === 'backend') return backend('backend', roles);
  if (text.startsWith(KEY) && text !== KEY) return backend(text.slice(KEY.length), roles);
  if (text.startsWith(USER) && text !== USER) {
    return { kind: 'user', id: text.slice(USER.length), roles, organizations, claims };
  }
  return undefined;
}

function backend(id: string, roles: readonly string[]): Principal {
  return { ...ANONYMOUS, kind: 'backend', id, roles: ['backend', ...roles] };
}

/** In words, as in "user 5 of organisation 7 with role admin". */
export function describeActor({ kind, id, organizations, roles }: Principal): string {
  const name = id === undefined || (kind === 'backend' && id === 'backend') ? kind : `${kind} ${id}`;
  const more = roles.filter((role) => role !== 'backend');
  return [
    name,
    ...(organizations.length > 0 ? [`of organisation ${organizations.join(', ')}`] : []),
    ...(more.length > 0 ? [`with role ${more.join(', ')}`] : []),
  ].join(' ');
}
