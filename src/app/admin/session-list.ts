import type { InspectedSession, ListPage, RouterInspection, SessionQuery } from '../../core/inspection.js';
import { PageSearch } from '../../core/page.js';
import type { Session } from '../../core/session.js';
import type { RunningRealm } from '../realms.js';
import { type Cursor, readCursor, writeCursor } from './cursor.js';

/** A page of the sessions of all realms, the newest first. */
export function listSessions(
  realms: Iterable<RunningRealm>,
  { search = '', protocol, channel, limit, after }: SessionQuery,
): ListPage<InspectedSession> {
  const cursor = after === undefined ? undefined : readCursor(after);
  const pages = new PageSearch<Session>({
    compare,
    limit,
    follows: (session) => cursor === undefined || isBehind(session, cursor),
  });
  const wanted = search.toLowerCase();
  for (const { router } of realms) {
    for (const session of among(router.inspection, channel)) {
      if (protocol !== undefined && session.protocol !== protocol) continue;
      if (wanted === '' || isFound(session, wanted)) pages.offer(session);
    }
  }
  const page = pages.page();
  const last = page.items.at(-1);
  return {
    ...page,
    items: page.items.flatMap((session) => inspected(session, realms) ?? []),
    next: page.more && last !== undefined ? writeCursor({ by: last.since, name: last.id }) : undefined,
  };
}

/** All of them, or those on a channel. */
function among({ sessions, topics }: RouterInspection, channel: string | undefined): Iterable<Session> {
  return channel === undefined ? sessions : (topics.get(channel) ?? []);
}

/** The session with an id, wherever it is. */
export function findSession(realms: Iterable<RunningRealm>, id: string): InspectedSession | undefined {
  for (const { router } of realms) {
    for (const session of router.inspection.sessions)
      if (session.id === id) return inspected(session, realms);
  }
  return undefined;
}

/** With its realm; undefined where it is open in none any more. */
function inspected(session: Session, realms: Iterable<RunningRealm>): InspectedSession | undefined {
  for (const { name, router } of realms) {
    if (!router.inspection.has(session)) continue;
    return { session, realm: name, subscribers: router.inspection.subscribersOf(session) };
  }
  return undefined;
}

function compare(a: Session, b: Session): number {
  return b.since - a.since || order(a.id, b.id);
}

function isBehind({ since, id }: Session, cursor: Cursor): boolean {
  return since < cursor.by || (since === cursor.by && id > cursor.name);
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** In its id, who it is, or where it comes from. */
function isFound({ id, principal, connection }: Session, wanted: string): boolean {
  return (
    (principal.id?.toLowerCase().includes(wanted) ?? false) ||
    id.includes(wanted) ||
    connection.remoteAddress.includes(wanted) ||
    principal.roles.some((role) => role.toLowerCase().includes(wanted))
  );
}
