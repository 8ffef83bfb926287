import type { Payload } from '../../core/payload.js';
import type { Publisher } from '../../core/publication.js';
import type { Callee, CallFailure, CallReply, CallRequest, Invocation } from '../../core/rpc.js';
import type { LiveRegistration, Member } from './live-registration.js';
import type { Involved, Participant } from './participants.js';

/** The call that an invocation is for; told by the one invocation that it waits for. */
export interface Invoking {
  progressed(payload: Payload, headers: CallFailure['headers']): void;
  succeeded(payload: Payload, headers: CallFailure['headers']): void;
  failed(failure: CallFailure): void;
  calleeLeft(): void;
}

/** Whom an invocation goes to, and what that one is told. */
export interface InvocationTarget {
  readonly registration: LiveRegistration;
  readonly member: Member;
  readonly timeout: number | undefined;
  readonly caller: Publisher | undefined;
  readonly participant: Participant;
  /** Is told what came of it, where that is traced. */
  readonly noted: ((reply?: CallReply) => void) | undefined;
}

/** One attempt to have a call answered: after the answer, or when it is over, nothing that its callee says counts. */
export class RoutedInvocation implements Invocation, Involved {
  number = 0;
  readonly #invoking: Invoking;
  readonly #call: CallRequest;
  readonly #target: InvocationTarget;
  readonly #place: number;
  #over = false;

  constructor(invoking: Invoking, call: CallRequest, target: InvocationTarget) {
    this.#invoking = invoking;
    this.#call = call;
    this.#target = target;
    this.#place = target.participant.invocations.add(this);
  }

  get registration(): LiveRegistration {
    return this.#target.registration;
  }

  get member(): Member {
    return this.#target.member;
  }

  get callee(): Callee {
    return this.#target.member.callee;
  }

  get procedure(): string | undefined {
    return this.#target.registration.match === 'exact' ? undefined : this.#call.procedure;
  }

  get payload(): Payload {
    return this.#call.payload;
  }

  get headers(): Invocation['headers'] {
    return this.#call.headers;
  }

  get wantsProgress(): boolean {
    return this.#call.wantsProgress === true;
  }

  get continues(): boolean {
    return this.#call.continues === true;
  }

  get timeout(): number | undefined {
    return this.#target.timeout;
  }

  get caller(): Publisher | undefined {
    return this.#target.caller;
  }

  progress(payload: Payload, headers?: CallFailure['headers']): void {
    if (!this.#over) this.#invoking.progressed(payload, headers);
  }

  result(payload: Payload, headers?: CallFailure['headers']): void {
    if (!this.#over) this.#invoking.succeeded(payload, headers);
  }

  fail(failure: CallFailure): void {
    if (!this.#over) this.#invoking.failed(failure);
  }

  /** The callee has gone. */
  left(): void {
    if (!this.#over) this.#invoking.calleeLeft();
  }

  /** What the callee says does not count any more; without a reply nobody waits for it. */
  over(reply?: CallReply): void {
    if (this.#over) return;
    this.#over = true;
    this.#target.noted?.(reply);
    this.#target.participant.invocations.delete(this.#place);
  }
}
