import type { Match } from '../../core/match.js';
import type { Callee, InvokePolicy, RegisterRequest, Registration } from '../../core/rpc.js';
import type { Session } from '../../core/session.js';

/** One callee of a registration, and what it asked for. */
export interface Member {
  readonly callee: Callee;
  readonly disclose: boolean;
  readonly forwardTimeout: boolean;
}

/** Says whether a call may go to a callee. */
export interface Chooser {
  suits(member: Member): boolean;
}

/** One procedure or pattern with those who answer it, in the order in which they registered. */
export class LiveRegistration implements Registration {
  readonly id: number;
  readonly procedure: string;
  readonly match: Match;
  readonly invoke: InvokePolicy;
  readonly created = Date.now();
  /** Under which it is found: the channel, or the pattern. */
  readonly key: string;
  readonly #members: Member[] = [];
  #next = 0;

  constructor(id: number, key: string, { procedure, match, invoke }: RegisterRequest) {
    this.id = id;
    this.key = key;
    this.procedure = procedure;
    this.match = match;
    this.invoke = invoke;
  }

  get callees(): readonly Session[] {
    return this.#members.map(({ callee }) => callee.session);
  }

  get size(): number {
    return this.#members.length;
  }

  has(session: Session): boolean {
    return this.#indexOf(session) >= 0;
  }

  add(member: Member): void {
    this.#members.push(member);
  }

  /** Undefined when the session is not one of the callees. */
  remove(session: Session): Member | undefined {
    const index = this.#indexOf(session);
    if (index < 0) return undefined;
    if (index < this.#next) this.#next--;
    return this.#members.splice(index, 1)[0];
  }

  /**
   * Whose turn it is among those who suit: policy `single` has one only, `first` and `last` go by the order of
   * registration, `roundrobin` goes on after the last one picked. [WAMP2 §Shared Registration]
   */
  pick(chooser: Chooser): Member | undefined {
    const count = this.#members.length;
    const start = this.#start(count);
    const step = this.invoke === 'last' ? count - 1 : 1;
    for (let i = 0; i < count; i++) {
      const index = (start + i * step) % count;
      const member = this.#members[index];
      if (member === undefined || !chooser.suits(member)) continue;
      this.#next = index + 1;
      return member;
    }
    return undefined;
  }

  #start(count: number): number {
    switch (this.invoke) {
      case 'roundrobin':
        return this.#next;
      case 'random':
        return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % count;
      case 'last':
        return count - 1;
      default:
        return 0;
    }
  }

  #indexOf(session: Session): number {
    return this.#members.findIndex(({ callee }) => callee.session === session);
  }
}
