import { RouterError } from '../../core/errors.js';
import type { Payload } from '../../core/payload.js';
import { publisherOf } from '../../core/publisher-of.js';
import type { CallFailure, CallReply, CallRequest, CancelMode, OngoingCall } from '../../core/rpc.js';
import {
  answer,
  type CallContext,
  type Called,
  checkArguments,
  lateAnswer,
  patience,
} from './call-context.js';
import type { Expiring } from './call-timeouts.js';
import { abandon, type FollowedCall, noteAsking } from './followed-call.js';
import type { Chooser, LiveRegistration, Member } from './live-registration.js';
import type { Involved, Participant } from './participants.js';
import { RoutedInvocation } from './routed-invocation.js';

/** With this error a callee passes a call on. [WAMP2 §Call Re-Routing] */
const UNAVAILABLE = 'wamp.error.unavailable';
const CANCELED = 'wamp.error.canceled';
const TIMEOUT = 'wamp.error.timeout';
/** What comes of asking a callee that passes the call on, which another then answers. */
const PASSED_ON: CallReply = {
  type: 'refused',
  error: new RouterError('no_available_callee', 'the callee passes the call on'),
};

/**
 * A call that goes to a session. The caller gets one final answer whatever happens: the first of the callee's, a
 * cancellation, the end of the time or of the callee.
 */
export class RoutedCall implements OngoingCall, Expiring, Chooser, Involved {
  expires = Number.POSITIVE_INFINITY;
  watch: Expiring['watch'];
  /** Whether a callee was left out because it lacks a feature that the call needs. */
  lacking: string | undefined;
  readonly #call: FollowedCall;
  #called: Called;
  readonly #context: CallContext;
  #caller: Participant | undefined;
  #place = 0;
  #invocation: RoutedInvocation | undefined;
  #tried: Set<Member> | undefined;
  #patience = 0;
  /** When the call began, or the last part of it passed. */
  #since = 0;
  /** Whether more has gone to the callee or come from it than another one could take over. */
  #bound = false;
  #open: boolean;
  #killed = false;
  #over = false;

  constructor(call: FollowedCall, called: Called, context: CallContext) {
    this.#call = call;
    this.#called = called;
    this.#context = context;
    this.#open = call.continues === true;
  }

  /** Invokes a callee of a registration; false where none suits. */
  begin(registration: LiveRegistration): boolean {
    const member = registration.pick(this);
    if (member === undefined) return false;
    this.#caller = this.#context.participants.of(this.#call.session);
    this.#place = this.#caller.calls.add(this);
    this.#invoke(registration, member);
    return true;
  }

  /** May register on the very channel at this moment, and has what the call needs. */
  suits(member: Member): boolean {
    const { session } = member.callee;
    if (session.closed || this.#tried?.has(member) === true) return false;
    const { access, request } = this.#called;
    if (!access.allows('register', { principal: session.principal, request })) return false;
    const lacking = lackingFeature(member, this.#call);
    if (lacking !== undefined) this.lacking = lacking;
    return lacking === undefined;
  }

  more(payload: Payload, continues: boolean): void {
    if (this.#over || !this.#open || this.#invocation === undefined) return;
    try {
      // The caller may have lost the right meanwhile, and the routes may have changed.
      this.#called = this.#context.find(this.#call.procedure);
      const { access, request } = this.#called;
      access.check('call', { principal: this.#call.session.principal, request });
      checkArguments(payload, request.route);
    } catch (error) {
      this.#giveUp(this.#refusal(error), CANCELED);
      return;
    }
    this.#open = continues;
    this.#bound = true;
    this.#putOff();
    this.#invocation.callee.more(this.#invocation, payload, continues);
  }

  /** Without a callee that can be interrupted every mode is `skip`. [WAMP2 §Call Canceling] */
  cancel(mode: CancelMode): void {
    if (this.#over || this.#invocation === undefined) return;
    const { callee } = this.#invocation;
    if (mode === 'kill' && callee.features.canceling) {
      if (!this.#killed) callee.interrupt(this.#invocation, 'kill', CANCELED);
      this.#killed = true;
      return;
    }
    const error = new RouterError('canceled', 'the call was canceled');
    this.#giveUp({ type: 'refused', error }, mode === 'skip' ? undefined : CANCELED);
  }

  /** The caller has gone. */
  left(): void {
    this.#giveUp(undefined, CANCELED);
  }

  expire(): void {
    this.#giveUp(this.#refusal(lateAnswer(this.#patience)), TIMEOUT);
  }

  calleeLeft(): void {
    this.#end({ type: 'refused', error: new RouterError('canceled', 'callee gone') });
  }

  progressed(payload: Payload, headers: CallFailure['headers']): void {
    this.#bound = true;
    this.#putOff();
    if (this.#call.wantsProgress !== true) return;
    answer(this.#call, { type: 'progress', payload, headers }, this.#context);
  }

  succeeded(payload: Payload, headers: CallFailure['headers']): void {
    this.#end({ type: 'result', payload, headers });
  }

  failed(failure: CallFailure): void {
    if (failure.uri === UNAVAILABLE && !this.#killed) this.#passOn();
    else this.#end({ type: 'failed', failure });
  }

  #passOn(): void {
    const former = this.#invocation;
    if (former === undefined) return;
    this.#tried ??= new Set();
    this.#tried.add(former.member);
    const { registration } = former;
    const member = this.#bound || !this.#isServed() ? undefined : registration.pick(this);
    if (member !== undefined) {
      former.over(PASSED_ON);
      this.#invoke(registration, member);
      return;
    }
    const error = new RouterError(
      'no_available_callee',
      `no callee of ${registration.procedure} is available`,
    );
    this.#end(this.#refusal(error));
  }

  /** Whether a route is there for the procedure still; who may answer is decided by it. */
  #isServed(): boolean {
    try {
      this.#called = this.#context.find(this.#call.procedure);
      return true;
    } catch {
      return false;
    }
  }

  #invoke(registration: LiveRegistration, member: Member): void {
    const { callTimeout: most, participants, timeouts } = this.#context;
    const asked = patience(this.#call, { most, otherwise: most });
    const forwards = member.forwardTimeout && (this.#call.timeout ?? 0) > 0;
    this.#patience = forwards ? most : asked;
    if (this.#invocation === undefined) this.#since = timeouts.now();
    this.expires = this.#since + this.#patience;
    timeouts.watch(this);
    const invocation = new RoutedInvocation(this, this.#call, {
      registration,
      member,
      timeout: forwards ? asked : undefined,
      caller: this.#call.caller ?? (member.disclose ? publisherOf(this.#call.session) : undefined),
      participant: participants.of(member.callee.session),
      noted: noteAsking(this.#call),
    });
    this.#invocation = invocation;
    try {
      member.callee.invoke(invocation);
    } catch (error) {
      this.#giveUp(this.#refusal(RouterError.from(error)), CANCELED);
    }
  }

  /** Ends the call without its callee, which is interrupted for a reason where it can be. */
  #giveUp(reply: CallReply | undefined, reason: string | undefined): void {
    const invocation = this.#invocation;
    if (this.#over || invocation === undefined) return;
    this.#end(reply);
    const { callee } = invocation;
    if (callee.session.closed) return;
    if (reason !== undefined && callee.features.canceling) callee.interrupt(invocation, 'killnowait', reason);
    callee.ended?.(invocation);
  }

  #end(reply: CallReply | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#context.timeouts.forget(this);
    this.#caller?.calls.delete(this.#place);
    this.#invocation?.over(reply);
    if (reply === undefined) abandon(this.#call);
    else answer(this.#call, reply, this.#context);
  }

  #refusal(error: unknown): CallReply {
    const { session } = this.#call;
    const { channel } = this.#called.request;
    return {
      type: 'refused',
      error: this.#context.refusals.of(error, { operation: 'call', session, channel }),
    };
  }

  #putOff(): void {
    this.#since = this.#context.timeouts.now();
    this.expires = this.#since + this.#patience;
  }
}

/** What the callee lacks for this call, in words. [WAMP2 §Progressive Call Invocations, §Payload Passthru Mode] */
function lackingFeature(
  { callee: { features } }: Member,
  { continues, headers }: CallRequest,
): string | undefined {
  if (continues === true && !(features.progressiveInvocations && features.canceling)) {
    return 'arguments that come in parts';
  }
  return headers?.['ppt_scheme'] !== undefined && !features.passthru ? 'ppt_scheme' : undefined;
}
