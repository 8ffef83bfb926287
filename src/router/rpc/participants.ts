import { overLimit } from '../../core/errors.js';
import type { Session } from '../../core/session.js';
import { Slots } from '../slots.js';
import type { LiveRegistration } from './live-registration.js';

/** Something that a session has a part in. */
export interface Involved {
  /** The session has ended. */
  left(): void;
}

/** What one session has to do with procedures. */
export interface Participant {
  /** Calls that it waits for. */
  readonly calls: Slots<Involved>;
  /** Invocations that it has not answered. */
  readonly invocations: Slots<Involved>;
  readonly registrations: Set<LiveRegistration>;
}

/** Most of each for one session. */
export interface ParticipantLimits {
  /** Calls that are not answered yet. */
  readonly calls: number;
  readonly registrations: number;
}

/** The sessions that have called or registered anything, until they end. */
export class Participants {
  readonly #all = new Map<Session, Participant>();
  readonly #leave: (session: Session) => void;

  /** `leave` is called with each of them when it ends. */
  constructor(leave: (session: Session) => void) {
    this.#leave = leave;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Calls that are not answered yet. */
  get calls(): number {
    let count = 0;
    for (const { calls } of this.#all.values()) count += calls.size;
    return count;
  }

  of(session: Session): Participant {
    const known = this.#all.get(session);
    if (known !== undefined) return known;
    const participant = {
      calls: new Slots<Involved>(),
      invocations: new Slots<Involved>(),
      registrations: new Set<LiveRegistration>(),
    };
    this.#all.set(session, participant);
    session.whenClosed(() => this.#leave(session));
    return participant;
  }

  find(session: Session): Participant | undefined {
    return this.#all.get(session);
  }

  /** Forgets a session; what it had to do with procedures is told. */
  delete(session: Session): Participant | undefined {
    const participant = this.#all.get(session);
    this.#all.delete(session);
    return participant;
  }
}

/** Throws `limit_exceeded` for one call more than a session may wait for. */
export function checkCalls(participant: Participant | undefined, { calls }: ParticipantLimits): void {
  if (participant === undefined || participant.calls.size < calls) return;
  throw overLimit('limits.calls', `this connection waits for limits.calls of ${calls} calls already`);
}

/** Throws `limit_exceeded` for one registration too many. */
export function checkRegistrations(
  participant: Participant | undefined,
  { registrations }: ParticipantLimits,
): void {
  if (participant === undefined || participant.registrations.size < registrations) return;
  throw overLimit(
    'limits.registrations',
    `this connection has limits.registrations of ${registrations} already`,
  );
}
