import { type Audience, NOBODY } from './publication.js';
import type { Session, SessionId } from './session.js';

/** Whether a session is one that something is for. */
export type Admits = (session: Session) => boolean;

/** Who an audience admits; undefined where it admits everybody. Empty lists narrow nothing: PHP publishers always send both. */
export function admission(audience: Audience | undefined): Admits | undefined {
  return narrows(audience) ? test(audience) : undefined;
}

/** Whether an audience names sessions beside the author, which are others when it is looked at later. */
export function namesSessions(audience: Audience | undefined): boolean {
  if (audience === undefined) return false;
  const { exclude, eligible, author } = audience;
  return Boolean(eligible?.length || exclude?.some((id) => id !== author));
}

/** Whether an audience leaves out anybody but the author. */
export function isNarrow(audience: Audience | undefined): boolean {
  return narrows(audience) && (namesSessions(audience) || namesOthers(audience));
}

/** Whether an audience leaves out anybody at all. */
export function narrows(audience: Audience | undefined): audience is Audience {
  if (audience === undefined) return false;
  return Boolean(audience.exclude?.length || audience.eligible?.length || namesOthers(audience));
}

function namesOthers({ excludeUsers, excludeRoles, users, roles }: Audience): boolean {
  return Boolean(excludeUsers?.length || excludeRoles?.length || users?.length || roles?.length);
}

function test(audience: Audience): Admits {
  const excluded = [nameTest(audience.exclude, isSession)];
  excluded.push(nameTest(audience.excludeUsers, isCalled), nameTest(audience.excludeRoles, hasRole));
  const wanted = [nameTest(audience.eligible, isSession)];
  wanted.push(nameTest(audience.users, isUser), nameTest(audience.roles, hasRole));
  return (session) => {
    for (const is of excluded) if (is?.(session)) return false;
    for (const is of wanted) if (is?.(session) === false) return false;
    return true;
  };
}

type Names = ReadonlySet<string>;

/** Whether a session is among those named; undefined where there is no list. */
function nameTest(
  list: readonly string[] | undefined,
  isNamed: (session: Session, names: Names) => boolean,
): Admits | undefined {
  if (list === undefined || list.length === 0) return undefined;
  const names = new Set<SessionId>(list);
  names.delete(NOBODY);
  return (session) => isNamed(session, names);
}

function isSession({ id }: Session, names: Names): boolean {
  return names.has(id);
}

/** A back end that is called like a user is not one; who is nobody is called by the id of its session. */
function isUser(session: Session, names: Names): boolean {
  return session.principal.kind !== 'backend' && isCalled(session, names);
}

function isCalled({ id, principal }: Session, names: Names): boolean {
  return names.has(principal.id ?? id);
}

function hasRole({ principal: { kind, roles } }: Session, names: Names): boolean {
  if (names.has(kind)) return true;
  for (const role of roles) if (names.has(role)) return true;
  return false;
}
