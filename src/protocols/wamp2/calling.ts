import { RouterError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { CallReply, CancelMode, OngoingCall, Procedures } from '../../core/rpc.js';
import type { Session } from '../../core/session.js';
import { SESSION_PROCEDURES } from '../../core/session-procedures.js';
import { checkUri } from './check-uri.js';
import { MESSAGE } from './codec.js';
import type { Disclosure } from './context.js';
import { disclosed } from './disclosure.js';
import { passthruOf } from './event.js';
import { LateArguments } from './late-arguments.js';
import type { ClientMessage } from './messages.js';
import type { Wire } from './wire.js';

type Call = ClientMessage & { readonly type: 'call' };
type Cancel = ClientMessage & { readonly type: 'cancel' };

export interface CallingParts {
  readonly session: Session;
  readonly procedures: Procedures;
  readonly wire: Wire;
  readonly disclosure: Disclosure;
  readonly strictUris: boolean;
  /** Whether the peer fails on an answer to a call that it has given up. */
  readonly forgetsCanceled: boolean;
}

const nothing = (): void => undefined;

const MODES: readonly CancelMode[] = ['skip', 'kill', 'killnowait'];

/** The calls that one session makes. */
export class Calling {
  readonly #parts: CallingParts;
  readonly #ongoing = new Map<number, OngoingCall>();
  /** Those that have been answered before they were known as ongoing. */
  readonly #silenced = new Set<number>();
  readonly #late = new LateArguments();

  constructor(parts: CallingParts) {
    this.#parts = parts;
  }

  /** A CALL with the id of one that continues brings more of its arguments. [WAMP2 §Progressive Call Invocations] */
  call(message: Call): MaybePromise<void> {
    const { request, options, payload, procedure } = message;
    if (this.#late.areLate(request, options.progress)) return;
    const ongoing = this.#ongoing.get(request);
    if (ongoing !== undefined) ongoing.more(payload, options.progress);
    else if (procedure !== SESSION_PROCEDURES.renew) this.#begin(message);
    else return new Promise((resolve) => this.#begin(message, resolve));
  }

  cancel({ request, options: { mode = 'killnowait' } }: Cancel): void {
    const known = MODES.find((name) => name === mode);
    const call = this.#ongoing.get(request);
    if (call === undefined) return; // answered meanwhile
    if (known === undefined) {
      this.#refuse(request, new RouterError('bad_request', `no call is canceled by ${mode}`));
      return;
    }
    if (known !== 'kill' && this.#parts.forgetsCanceled) this.#silenced.add(request);
    call.cancel(known);
  }

  /** `done` hears of the answer: what follows a renewal waits for it, as it counts on the new identity. */
  #begin({ request, procedure, options, payload }: Call, done: () => void = nothing): void {
    const { session, procedures, disclosure, strictUris } = this.#parts;
    let answered = false;
    try {
      checkUri(procedure, { match: 'exact', strict: strictUris });
      const call = procedures.call({
        session,
        procedure,
        payload,
        headers: options.passthru,
        wantsProgress: options.receiveProgress,
        continues: options.progress,
        ...(options.timeout !== undefined && { timeout: options.timeout }),
        caller: disclosed(session, options.discloseMe, disclosure),
        reply: (reply) => {
          answered ||= reply.type !== 'progress';
          this.#answer(request, reply);
          if (answered) done();
        },
      });
      if (!answered) this.#ongoing.set(request, call);
    } catch (error) {
      this.#late.answered(request);
      this.#refuse(request, error);
      done();
    }
  }

  #answer(request: number, reply: CallReply): void {
    if (reply.type !== 'progress') {
      this.#ongoing.delete(request);
      this.#late.answered(request);
    }
    if (this.#silenced.has(request)) {
      if (reply.type !== 'progress') this.#silenced.delete(request);
    } else this.#send(request, reply);
  }

  #send(request: number, reply: CallReply): void {
    const { wire } = this.#parts;
    if (reply.type === 'refused') this.#refuse(request, reply.error);
    else if (reply.type === 'failed') {
      const { uri, payload, headers } = reply.failure;
      wire.send([MESSAGE.ERROR, MESSAGE.CALL, request, passthruOf(headers), uri], payload);
    } else {
      const details = { ...(reply.type === 'progress' && { progress: true }), ...passthruOf(reply.headers) };
      wire.send([MESSAGE.RESULT, request, details], reply.payload);
    }
  }

  #refuse(request: number, error: unknown): void {
    this.#parts.wire.refuse(MESSAGE.CALL, request, error);
  }
}
