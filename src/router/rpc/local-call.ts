import { failureOf, isCallError } from '../../core/call-error.js';
import { RouterError } from '../../core/errors.js';
import { isPromise } from '../../core/maybe-promise.js';
import type { Payload } from '../../core/payload.js';
import { resultOf } from '../../core/results.js';
import type { CallEvent, CallReply, CancelMode, OngoingCall, OwnProcedure } from '../../core/rpc.js';
import type { Judgement } from '../access.js';
import { answer, type CallContext, lateAnswer, patience } from './call-context.js';
import type { Expiring } from './call-timeouts.js';
import { abandon, type FollowedCall } from './followed-call.js';
import type { Involved, Participant } from './participants.js';

/** What the procedure that is called is, and how long it may take. */
export interface LocalTarget {
  readonly procedure: OwnProcedure;
  readonly channel: string;
  /** Milliseconds where the caller asks for no other time. */
  readonly timeout: number;
  readonly judge?: (options: { readonly private: boolean }) => readonly Judgement[];
}

const NO_NAMES: CallEvent['kwargs'] = {};

/** A call of a procedure in this process. One that answers at once is never waited for. */
export class LocalCall implements CallEvent, OngoingCall, Expiring, Involved {
  expires = Number.POSITIVE_INFINITY;
  watch: Expiring['watch'];
  readonly #call: FollowedCall;
  readonly #target: LocalTarget;
  readonly #context: CallContext;
  #abort: AbortController | undefined;
  #aborted: RouterError | undefined;
  #caller: Participant | undefined;
  #place = 0;
  #patience = 0;
  #over = false;

  constructor(call: FollowedCall, target: LocalTarget, context: CallContext) {
    this.#call = call;
    this.#target = target;
    this.#context = context;
  }

  get payload(): Payload {
    return this.#call.payload;
  }

  get args(): readonly unknown[] {
    return this.payload.arguments.list;
  }

  get kwargs(): CallEvent['kwargs'] {
    return this.payload.arguments.map ?? NO_NAMES;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#aborted !== undefined) this.#abort.abort(this.#aborted);
    return this.#abort.signal;
  }

  /** Runs the procedure; returns with its answer given, or with the call under way. */
  start(): this {
    try {
      const value = this.#target.procedure(this.#call.session, this);
      if (isPromise(value)) this.#wait(value);
      else this.#end({ type: 'result', payload: resultOf(value) });
    } catch (error) {
      this.#fail(error);
    }
    return this;
  }

  progress(value: unknown): void {
    if (this.#over || this.#call.wantsProgress !== true) return;
    this.#putOff();
    answer(this.#call, { type: 'progress', payload: resultOf(value) }, this.#context);
  }

  /** Procedures of this process take their arguments at once. */
  more(): void {}

  cancel(mode: CancelMode): void {
    if (this.#over) return;
    const why = new RouterError('canceled', 'the call was canceled');
    if (mode !== 'kill') this.#end({ type: 'refused', error: why });
    this.#stop(why);
  }

  left(): void {
    if (this.#over) return;
    this.#over = true;
    abandon(this.#call);
    this.#context.timeouts.forget(this);
    this.#stop(new RouterError('canceled', 'the caller has gone'));
  }

  expire(): void {
    const why = lateAnswer(this.#patience);
    this.#refuse(why);
    this.#stop(why);
  }

  #wait(value: Promise<unknown>): void {
    const { callTimeout: most, participants, timeouts } = this.#context;
    this.#patience = patience(this.#call, { most, otherwise: this.#target.timeout });
    this.#putOff();
    this.#caller = participants.of(this.#call.session);
    this.#place = this.#caller.calls.add(this);
    timeouts.watch(this);
    value.then(
      (result) => this.#succeed(result),
      (error: unknown) => this.#fail(error),
    );
  }

  #succeed(value: unknown): void {
    if (!this.#over) this.#end({ type: 'result', payload: resultOf(value) });
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    if (isCallError(error)) this.#end({ type: 'failed', failure: failureOf(error) });
    else if (error !== undefined && error === this.#aborted)
      this.#end({ type: 'refused', error: this.#aborted });
    else this.#refuse(error);
  }

  #refuse(error: unknown): void {
    const { session } = this.#call;
    const { channel, judge } = this.#target;
    const refusal = { operation: 'call' as const, session, channel, ...(judge && { judge }) };
    this.#end({ type: 'refused', error: this.#context.refusals.of(error, refusal) });
  }

  #end(reply: CallReply): void {
    if (this.#over) return;
    this.#over = true;
    this.#context.timeouts.forget(this);
    this.#caller?.calls.delete(this.#place);
    answer(this.#call, reply, this.#context);
  }

  #putOff(): void {
    this.expires = this.#context.timeouts.now() + this.#patience;
  }

  #stop(why: RouterError): void {
    this.#aborted ??= why;
    this.#abort?.abort(this.#aborted);
  }
}
