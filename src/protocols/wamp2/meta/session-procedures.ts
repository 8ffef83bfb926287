import { DISCONNECT, RouterError } from '../../../core/errors.js';
import { roleOf, type Session } from '../../../core/session.js';
import { authidOf, describeSession } from '../session-details.js';
import type { MetaArguments } from './meta-arguments.js';
import type { MetaCall, MetaProcedure } from './meta-call.js';

const URI = /^([^\s.#]+\.)*[^\s.#]+$/;

/** [WAMP2 §Session Meta API] */
export const SESSION_PROCEDURES: Readonly<Record<string, MetaProcedure>> = {
  'wamp.session.count': (call) => inRoles(call).length,
  'wamp.session.list': (call) => inRoles(call).map(({ id }) => Number(id)),
  'wamp.session.get': ({ parts, realm, given }) => {
    const session = find(realm.router.sessions, given.id(0));
    return describeSession(session, parts.details.get(session));
  },
  'wamp.session.kill': ({ realm, given, session }) => {
    const id = given.id(0);
    if (String(id) === session.id) throw noSuchSession(id);
    kill([find(realm.router.sessions, id)], { realm, given });
  },
  'wamp.session.kill_by_authid': (call) => {
    const authid = call.given.text(0);
    return kill(
      others(call).filter((one) => authidOf(one) === authid),
      call,
    ).map(({ id }) => Number(id));
  },
  'wamp.session.kill_by_authrole': (call) => {
    const role = call.given.text(0);
    return kill(
      others(call).filter(({ principal }) => roleOf(principal) === role),
      call,
    ).length;
  },
  'wamp.session.kill_all': (call) => kill(others(call), call).length,
};

function inRoles({ realm, given }: MetaCall): readonly Session[] {
  const roles = given.texts(0);
  const all = [...realm.router.sessions];
  return roles === undefined ? all : all.filter(({ principal }) => roles.includes(roleOf(principal)));
}

/** All sessions but the one that asks. */
function others({ realm, session }: MetaCall): readonly Session[] {
  return [...realm.router.sessions].filter((other) => other !== session);
}

function find(sessions: Iterable<Session>, id: number): Session {
  for (const session of sessions) if (session.id === String(id)) return session;
  throw noSuchSession(id);
}

function noSuchSession(id: number): RouterError {
  return new RouterError('no_such_session', `there is no other session ${id}`);
}

function kill(
  sessions: readonly Session[],
  { realm, given }: Pick<MetaCall, 'realm'> & { readonly given: MetaArguments },
): readonly Session[] {
  const uri = given.named('reason');
  if (uri !== undefined && !URI.test(uri)) throw new RouterError('invalid_channel', 'reason must be a URI');
  const reason = given.named('message') ?? DISCONNECT.withdrawn.reason;
  const why = { ...DISCONNECT.withdrawn, reason, ...(uri !== undefined && { uri }) };
  for (const { id } of sessions) realm.router.disconnect({ session: id }, why);
  return sessions;
}
