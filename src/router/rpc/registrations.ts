import { RouterError } from '../../core/errors.js';
import type { ServerEvents } from '../../core/events.js';
import type { Match } from '../../core/match.js';
import type { RegisterRequest } from '../../core/rpc.js';
import type { Session } from '../../core/session.js';
import { PatternIndex } from '../pattern-index.js';
import { LiveRegistration, type Member } from './live-registration.js';
import type { Participants } from './participants.js';

/** The registrations of a node and their callees, found by id, by channel, and by patterns that match. */
export class Registrations {
  readonly #participants: Participants;
  readonly #events: ServerEvents;
  readonly #byId = new Map<number, LiveRegistration>();
  readonly #exact = new Map<string, LiveRegistration>();
  readonly #patterns = new PatternIndex<LiveRegistration>();
  #last = 0;

  constructor(participants: Participants, events: ServerEvents) {
    this.#participants = participants;
    this.#events = events;
  }

  get byId(): ReadonlyMap<number, LiveRegistration> {
    return this.#byId;
  }

  /**
   * Makes a callee one of those of a channel or pattern, and tells it so. Throws `procedure_exists` where the others do
   * not share.
   */
  join(request: RegisterRequest, key: string): LiveRegistration {
    const { callee, disclose = false, forwardTimeout = false, match } = request;
    const known = this.find(match, key);
    if (known !== undefined) checkShared(known, request);
    const registration = known ?? this.#create(request, key);
    registration.add({ callee, disclose, forwardTimeout });
    this.#participants.of(callee.session).registrations.add(registration);
    callee.registered(registration);
    this.#events.announce('registered', {
      session: callee.session,
      registration,
      first: known === undefined,
    });
    return registration;
  }

  /** Takes a callee out, and with the last one the registration; undefined where it is not one. */
  part(registration: LiveRegistration, session: Session): Member | undefined {
    const member = registration.remove(session);
    if (member === undefined) return undefined;
    const last = registration.size === 0;
    if (last) this.#delete(registration);
    this.#participants.find(session)?.registrations.delete(registration);
    this.#events.announce('unregistered', { session, registration, last });
    return member;
  }

  /** The registration of this channel or pattern. */
  find(match: Match, key: string): LiveRegistration | undefined {
    return match === 'exact' ? this.#exact.get(key) : this.#patterns.get(match, key);
  }

  exact(channel: string): LiveRegistration | undefined {
    return this.#exact.get(channel);
  }

  /** Those of patterns that match, the most fitting first. */
  matches(channel: string): readonly LiveRegistration[] {
    return this.#patterns.matches(channel);
  }

  /** Throws `no_such_registration`. */
  of(id: number): LiveRegistration {
    const found = this.#byId.get(id);
    if (found === undefined) throw noSuchRegistration(id);
    return found;
  }

  #create(request: RegisterRequest, key: string): LiveRegistration {
    const registration = new LiveRegistration(++this.#last, key, request);
    this.#byId.set(registration.id, registration);
    if (request.match === 'exact') this.#exact.set(key, registration);
    else this.#patterns.add(request.match, key, registration);
    return registration;
  }

  #delete({ id, match, key }: LiveRegistration): void {
    this.#byId.delete(id);
    if (match === 'exact') this.#exact.delete(key);
    else this.#patterns.delete(match, key);
  }
}

export function noSuchRegistration(id: number): RouterError {
  return new RouterError('no_such_registration', `no registration has the id ${id}`);
}

/**
 * Throws `procedure_exists` where the others do not share, share otherwise, or are joined by one of them: a session is
 * one callee of a registration, or its one id would mean two.
 */
function checkShared(known: LiveRegistration, { callee, invoke, procedure }: RegisterRequest): void {
  if (known.has(callee.session)) {
    throw new RouterError('procedure_exists', `this session has registered ${procedure} already`, {
      hint: 'unregister it first',
    });
  }
  if (known.invoke === invoke && invoke !== 'single') return;
  throw new RouterError('procedure_exists', `${procedure} is registered with policy ${known.invoke} already`);
}
