import type { Member, PresenceChange, PresenceStore, Present } from '../core/presence.js';
import type { SessionId } from '../core/session.js';

/** Who is on one channel. */
interface Attendance {
  /** The oldest first, unless one has come that is older than the last. */
  members: Map<SessionId, Member>;
  /** Sessions of each user. */
  readonly users: Map<string, number>;
  latest: number;
  isSorted: boolean;
}

const NOBODY: Present = { members: [], sessions: 0, users: 0 };

/** Presence of one node that is alone. Everything happens at once. */
export class MemoryPresence implements PresenceStore {
  readonly #channels = new Map<string, Attendance>();
  readonly #watched = new Set<string>();
  #changed: (change: PresenceChange) => void = () => undefined;

  start(changed: (change: PresenceChange) => void): void {
    this.#changed = changed;
  }

  join(channel: string, member: Member): void {
    const attendance = this.#channels.get(channel) ?? newAttendance();
    if (attendance.members.has(member.session)) return;
    this.#channels.set(channel, attendance);
    this.#tell({ type: 'join', channel, member, first: isFirst(attendance, member) });
  }

  leave(channel: string, session: SessionId): void {
    const attendance = this.#channels.get(channel);
    const member = attendance?.members.get(session);
    if (attendance === undefined || member === undefined) return;
    attendance.members.delete(session);
    if (attendance.members.size === 0) this.#channels.delete(channel);
    this.#tell({ type: 'leave', channel, member, first: isLast(attendance, member.user) });
  }

  present(channel: string, most: number): Present {
    const attendance = this.#channels.get(channel);
    if (attendance === undefined) return NOBODY;
    sort(attendance);
    const { members, users } = attendance;
    return { members: first(most, members.values()), sessions: members.size, users: users.size };
  }

  watch(channel: string): void {
    this.#watched.add(channel);
  }

  unwatch(channel: string): void {
    this.#watched.delete(channel);
  }

  close(): void {
    this.#watched.clear();
    this.#channels.clear();
  }

  #tell(change: PresenceChange): void {
    if (this.#watched.has(change.channel)) this.#changed(change);
  }
}

function newAttendance(): Attendance {
  return { members: new Map(), users: new Map(), latest: 0, isSorted: true };
}

/** Takes one session in; whether it is the first of its user. */
function isFirst(attendance: Attendance, member: Member): boolean {
  const { members, users } = attendance;
  const { session, user, since } = member;
  members.set(session, member);
  if (since < attendance.latest) attendance.isSorted = false;
  else attendance.latest = since;
  if (user === undefined) return true;
  const before = users.get(user) ?? 0;
  users.set(user, before + 1);
  return before === 0;
}

function sort(attendance: Attendance): void {
  if (attendance.isSorted) return;
  attendance.members = new Map([...attendance.members].sort(([, a], [, b]) => a.since - b.since));
  attendance.isSorted = true;
}

function first<T>(most: number, values: Iterable<T>): readonly T[] {
  const found: T[] = [];
  for (const value of values) {
    if (found.length >= most) break;
    found.push(value);
  }
  return found;
}

/** Takes one session from its user; whether that was the last. */
function isLast({ users }: Attendance, user: string | undefined): boolean {
  if (user === undefined) return true;
  const left = (users.get(user) ?? 1) - 1;
  if (left > 0) users.set(user, left);
  else users.delete(user);
  return left === 0;
}
