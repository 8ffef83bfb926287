import { ACTORS, type ActorDetails, readActor } from '../../../core/actor.js';
import { RouterError } from '../../../core/errors.js';
import type { Principal } from '../../../core/session.js';

/** Names in one list, and octets of a name. */
const MOST_NAMES = 100;
const LONGEST_NAME = 255;

const MEMBERS: readonly string[] = ['kind', 'id', 'roles', 'organizations'];

/**
 * The principal that an operator names: a text such as `anonymous`, `backend` or `user:5 role:ROLE_ADMIN org:1`, or an object of
 * kind, id, roles and organizations. It has what is named and nothing else, so that all rules hold for it as for anybody. Throws
 * `bad_request` for what names nobody, and for a user with the role of back ends.
 */
export function readAs(value: unknown): Principal {
  if (typeof value === 'string' && !value.startsWith('{')) return readText(value);
  const actor = typeof value === 'string' ? parsed(value) : value;
  if (!isMap(actor) || Object.keys(actor).some((key) => !MEMBERS.includes(key))) throw unreadable();
  const { kind, id, roles = [], organizations = [] } = actor;
  if (!areNames(roles) || !areNames(organizations)) throw unreadable();
  return named(whoIs(kind, id), { roles, organizations });
}

/** As `readActor` reads it. */
function whoIs(kind: unknown, id: unknown): string {
  if (id === undefined && (kind === 'anonymous' || kind === 'backend')) return kind;
  if (isName(id) && (kind === 'user' || kind === 'backend')) return `${kind}:${id}`;
  throw unreadable();
}

/** The same of a part of an address. */
function readText(text: string): Principal {
  const [who = '', ...more] = text.trim().split(/ +/);
  const roles: string[] = [];
  const organizations: string[] = [];
  for (const word of more) {
    const [, what, name] = /^(role|org):(.+)$/s.exec(word) ?? [];
    if (name === undefined) throw unreadable();
    (what === 'role' ? roles : organizations).push(name);
  }
  if (!isName(who) || !areNames(roles) || !areNames(organizations)) throw unreadable();
  return named(who, { roles, organizations });
}

function named(who: string, details: ActorDetails = {}): Principal {
  const actor = readActor(who, details);
  if (actor === undefined || !isPossible(actor, details)) throw unreadable();
  if (actor.kind === 'user' && actor.roles.includes('backend')) {
    throw new RouterError('bad_request', 'a user cannot have the role backend: back ends use a key');
  }
  return actor;
}

/** Nobody in particular has no roles, and users alone are of organisations. */
function isPossible({ kind }: Principal, { roles = [], organizations = [] }: ActorDetails): boolean {
  if (kind === 'anonymous') return roles.length + organizations.length === 0;
  return kind === 'user' || organizations.length === 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MOST_NAMES && value.every(isName);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= LONGEST_NAME;
}

function unreadable(): RouterError {
  return new RouterError('bad_request', 'as names nobody', {
    hint: `write ${ACTORS}, "user:5 role:ROLE_ADMIN org:1", or {"kind": "user", "id": "5", "roles": [], "organizations": []}`,
  });
}
