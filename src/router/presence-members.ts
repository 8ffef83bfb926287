import type { MaybePromise } from '../core/maybe-promise.js';
import type { Member, PresencePolicy, PresenceStore } from '../core/presence.js';
import type { Session, SessionId } from '../core/session.js';
import { later } from './later.js';

export interface PresenceMembersParts {
  readonly store: PresenceStore;
  /** What the store could not be told. */
  failed(error: unknown): void;
}

/** A session of this node on a channel. */
interface Attendee {
  readonly session: Session;
  member: Member;
  subscriptions: number;
  /** Set while it is gone and may come back. */
  stay: (() => void) | undefined;
}

interface Attendance {
  readonly attendees: Map<SessionId, Attendee>;
  /** The last of each user that is gone and may come back. */
  readonly gone: Map<string, Attendee>;
}

const LONGEST_NAME = 80;
const UNWANTED = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * The sessions of this node on channels with presence, as the store is told of them. A session counts once, however often it
 * is subscribed; a user who is back within `leaveDelay` has not left.
 */
export class PresenceMembers {
  readonly #parts: PresenceMembersParts;
  readonly #channels = new Map<string, Attendance>();
  #size = 0;

  constructor(parts: PresenceMembersParts) {
    this.#parts = parts;
  }

  /** Sessions on channels. */
  get size(): number {
    return this.#size;
  }

  joined(session: Session, channel: string): void {
    // Programs that listen are nobody who is there.
    if (session.principal.kind === 'backend') return;
    const attendance = this.#channels.get(channel) ?? { attendees: new Map(), gone: new Map() };
    this.#channels.set(channel, attendance);
    const known = attendance.attendees.get(session.id);
    if (known === undefined) this.#enter(session, channel, attendance);
    else this.#comeBack(known, channel, attendance);
  }

  left(session: Session, channel: string, { leaveDelay }: PresencePolicy): void {
    const attendance = this.#channels.get(channel);
    const attendee = attendance?.attendees.get(session.id);
    if (attendance === undefined || attendee === undefined || --attendee.subscriptions > 0) return;
    const { user } = attendee.member;
    if (leaveDelay === 0 || user === undefined) {
      this.#exit(attendee, channel, attendance);
      return;
    }
    this.#letGo(user, channel, attendance);
    attendance.gone.set(user, attendee);
    attendee.stay = later(leaveDelay, () => this.#letGo(user, channel, attendance));
  }

  /** The session may be somebody else, or may be called something else: then one has left and another has joined. */
  identified(session: Session, channel: string): void {
    const attendee = this.#channels.get(channel)?.attendees.get(session.id);
    if (attendee !== undefined) this.#refresh(attendee, channel);
  }

  /** All of this node leave at once. */
  async stop(): Promise<void> {
    const left: MaybePromise<void>[] = [];
    for (const [channel, { attendees }] of this.#channels) {
      for (const { session, stay } of attendees.values()) {
        stay?.();
        left.push(this.#tell(() => this.#parts.store.leave(channel, session.id)));
      }
    }
    this.#channels.clear();
    this.#size = 0;
    await Promise.all(left);
  }

  #enter(session: Session, channel: string, attendance: Attendance): void {
    const member = memberOf(session, Date.now());
    attendance.attendees.set(session.id, { session, member, subscriptions: 1, stay: undefined });
    this.#size++;
    void this.#tell(() => this.#parts.store.join(channel, member));
    // After the join, so that the user has been there all the time.
    if (member.user !== undefined) this.#letGo(member.user, channel, attendance);
  }

  #comeBack(attendee: Attendee, channel: string, { gone }: Attendance): void {
    const { user } = attendee.member;
    if (user !== undefined && gone.get(user) === attendee) gone.delete(user);
    attendee.stay?.();
    attendee.stay = undefined;
    attendee.subscriptions++;
    this.#refresh(attendee, channel);
  }

  /** Somebody who is gone has left. */
  #letGo(user: string, channel: string, attendance: Attendance): void {
    const attendee = attendance.gone.get(user);
    if (attendee === undefined) return;
    attendance.gone.delete(user);
    attendee.stay?.();
    this.#exit(attendee, channel, attendance);
  }

  #exit({ session }: Attendee, channel: string, { attendees }: Attendance): void {
    attendees.delete(session.id);
    this.#size--;
    if (attendees.size === 0) this.#channels.delete(channel);
    void this.#tell(() => this.#parts.store.leave(channel, session.id));
  }

  #refresh(attendee: Attendee, channel: string): void {
    const { session, member: before } = attendee;
    const member = memberOf(session, before.since);
    if (isSame(before, member)) return;
    attendee.member = before.user === member.user ? member : { ...member, since: Date.now() };
    void this.#tell(() => this.#parts.store.leave(channel, session.id));
    void this.#tell(() => this.#parts.store.join(channel, attendee.member));
  }

  async #tell(call: () => MaybePromise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#parts.failed(error);
    }
  }
}

function memberOf({ id: session, principal }: Session, since: number): Member {
  const { kind, id, roles, claims } = principal;
  const user = kind === 'user' ? id : undefined;
  const name = user === undefined ? undefined : nameOf(claims['name']);
  return { session, user, ...(name !== undefined && { name }), roles, since };
}

function nameOf(claim: unknown): string | undefined {
  if (typeof claim !== 'string') return undefined;
  const name = claim.slice(0, LONGEST_NAME).replace(UNWANTED, '').trim();
  return name === '' ? undefined : name;
}

function isSame(a: Member, b: Member): boolean {
  if (a.user !== b.user || a.name !== b.name || a.roles.length !== b.roles.length) return false;
  return a.roles === b.roles || a.roles.every((role, i) => role === b.roles[i]);
}
