import { RouterError } from '../core/errors.js';
import type { Principal } from '../core/session.js';
import type { SmallAnswer } from './fetch-small.js';
import { IdentityFault, isMap, isTime, readIdentity } from './identity.js';

/** What the application says of a peer: a user, nobody, or that it has to go. */
export type Verdict =
  | { readonly type: 'user'; readonly principal: Principal }
  | { readonly type: 'nobody' }
  | { readonly type: 'refused'; readonly error: RouterError };

const MEMBERS = ['anonymous', 'user', 'roles', 'organizations', 'claims', 'channels', 'expires'];
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * Reads an answer to what was asked at `asked`, in milliseconds since 1970: a credential of this moment. Throws
 * `IdentityFault` for one that is none.
 */
export function readVerdict({ status, text }: SmallAnswer, asked: number): Verdict {
  if (status === 204) return { type: 'nobody' };
  if (status === 401 || status === 403) return refused('the application does not know who this is');
  if (status !== 200) throw new IdentityFault(`has the status ${status}`);
  const { anonymous = false, expires, claims = {}, ...told } = membersOf(text);
  if (anonymous === true && told['user'] === undefined) return { type: 'nobody' };
  if (anonymous !== false || !isMap(claims))
    throw new IdentityFault('has anonymous or claims of another kind');
  const { user, roles, organizations, channels } = told;
  const identity = readIdentity({ user, roles, organizations, channels });
  const end = readEnd(expires);
  if (end !== undefined && end <= asked) return refused('the session is expired');
  const times = { issued: asked, ...(end !== undefined && { expires: end }) };
  return { type: 'user', principal: { ...identity, claims, ...times } };
}

function refused(message: string): Verdict {
  return { type: 'refused', error: new RouterError('unauthorized', message, { hint: 'log in again' }) };
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  const value = parse(text);
  if (!isMap(value)) throw new IdentityFault('is not a JSON object');
  // a member that we do not know might be meant to restrict
  if (Object.keys(value).every((name) => MEMBERS.includes(name))) return value;
  throw new IdentityFault(`has members other than ${MEMBERS.join(', ')}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Milliseconds since 1970. */
function readEnd(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (isTime(value)) return value * 1000;
  const time = typeof value === 'string' && ISO_TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (time >= 0) return time;
  throw new IdentityFault('has an expires that is neither seconds since 1970 nor an ISO 8601 time with zone');
}
