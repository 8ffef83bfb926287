import { RouterError } from '../../core/errors.js';
import { IdMap } from '../../core/id-map.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { CallReply, CancelMode, OngoingCall, Procedures } from '../../core/rpc.js';
import type { Session } from '../../core/session.js';
import { SESSION_PROCEDURES } from '../../core/session-procedures.js';
import { checkUri } from './check-uri.js';
import { MESSAGE, Wamp2Error } from './codec.js';
import type { Disclosure } from './context.js';
import { disclosed } from './disclosure.js';
import { passthruOf } from './event.js';
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

/** A call that has not had its answer. */
interface Pending {
  readonly procedure: string;
  /** Undefined while it begins. */
  call?: OngoingCall;
  /** Whether more of its arguments may come. */
  continues: boolean;
  /** Whether the peer has given it up and takes no answer. */
  isForgotten: boolean;
  /** Hears of the answer. */
  readonly done: (() => void) | undefined;
}

const MODES: readonly CancelMode[] = ['skip', 'kill', 'killnowait'];

/** Calls remembered that were answered before all of their arguments had come. */
const MOST_CUT_SHORT = 1000;

/** The calls that one session makes: each id has one answer, and is another call only after that. */
export class Calling {
  readonly #parts: CallingParts;
  readonly #pending = new IdMap<Pending>();
  /** Ids of calls whose caller has not said all, so that the rest of it begins no other call. */
  readonly #cutShort = new Set<number>();

  constructor(parts: CallingParts) {
    this.#parts = parts;
  }

  /**
   * A CALL with the id of one that continues brings more of its arguments. Throws `Wamp2Error` for the id of one that does
   * not. [WAMP2 §Progressive Call Invocations]
   */
  call(message: Call): MaybePromise<void> {
    const { request, procedure, options } = message;
    const pending = this.#pending.get(request);
    if (pending !== undefined) this.#continue(pending, message);
    else if (this.#cutShort.has(request)) {
      if (!options.progress) this.#cutShort.delete(request);
    } else if (procedure !== SESSION_PROCEDURES.renew) this.#begin(message);
    // What follows a renewal waits for its answer, as it counts on the new identity.
    else return new Promise((resolve) => this.#begin(message, resolve));
  }

  /** Throws `Wamp2Error` for a mode that there is not. [WAMP2 §Call Canceling] */
  cancel({ request, options: { mode: given = 'killnowait' } }: Cancel): void {
    const mode = MODES.find((name) => name === given);
    if (mode === undefined) throw new Wamp2Error(`CANCEL.Options.mode must be one of ${MODES.join(', ')}`);
    const pending = this.#pending.get(request);
    if (pending === undefined) return; // answered meanwhile
    if (mode !== 'kill' && this.#parts.forgetsCanceled) pending.isForgotten = true;
    pending.call?.cancel(mode);
  }

  #continue(pending: Pending, { procedure, payload, options: { progress } }: Call): void {
    if (!pending.continues || pending.procedure !== procedure) {
      throw new Wamp2Error('CALL.Request is that of a call without an answer');
    }
    pending.continues = progress;
    pending.call?.more(payload, progress);
  }

  #begin(message: Call, done?: () => void): void {
    const { request, procedure, options, payload } = message;
    const { session, procedures, disclosure, strictUris } = this.#parts;
    const pending: Pending = { procedure, continues: options.progress, isForgotten: false, done };
    this.#pending.set(request, pending);
    try {
      checkUri(procedure, { match: 'exact', strict: strictUris });
      pending.call = procedures.call({
        session,
        procedure,
        payload,
        headers: options.passthru,
        wantsProgress: options.receiveProgress,
        continues: options.progress,
        timeout: options.timeout,
        trace: options.trace,
        caller: disclosed(session, options.discloseMe, disclosure),
        reply: (reply) => this.#answer(request, pending, reply),
      });
    } catch (error) {
      this.#answer(request, pending, { type: 'refused', error: RouterError.from(error) });
    }
  }

  /** What cannot be sent is no answer yet: the router answers once more. */
  #answer(request: number, pending: Pending, reply: CallReply): void {
    if (!pending.isForgotten) this.#send(request, reply);
    if (reply.type === 'progress') return;
    this.#pending.delete(request);
    if (pending.continues) this.#cut(request);
    pending.done?.();
  }

  #cut(request: number): void {
    const [oldest] = this.#cutShort;
    if (this.#cutShort.size === MOST_CUT_SHORT && oldest !== undefined) this.#cutShort.delete(oldest);
    this.#cutShort.add(request);
  }

  #send(request: number, reply: CallReply): void {
    const { wire } = this.#parts;
    if (reply.type === 'refused') wire.refuse(MESSAGE.CALL, request, reply.error);
    else if (reply.type === 'failed') {
      const { uri, payload, headers } = reply.failure;
      wire.send([MESSAGE.ERROR, MESSAGE.CALL, request, passthruOf(headers), uri], payload);
    } else {
      const details = { ...(reply.type === 'progress' && { progress: true }), ...passthruOf(reply.headers) };
      wire.send([MESSAGE.RESULT, request, details], reply.payload);
    }
  }
}
