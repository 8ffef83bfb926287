import type { RouterError } from './errors.js';
import type { Match } from './match.js';
import type { MaybePromise } from './maybe-promise.js';
import type { Payload } from './payload.js';
import type { Publisher } from './publication.js';
import type { Session } from './session.js';

/** Which of several callees of one registration is invoked. */
export type InvokePolicy = 'single' | 'roundrobin' | 'random' | 'first' | 'last';

/** What canceling does: `skip` forgets the answer; `kill` waits for what the callee says; `killnowait` does both. */
export type CancelMode = 'skip' | 'kill' | 'killnowait';

/** What a procedure of a handler is called with. */
export interface CallEvent {
  readonly payload: Payload;
  /** The arguments by position. Over WAMP v1 a single list is read as the arguments themselves, as the ancestor did. */
  readonly args: readonly unknown[];
  /** The arguments by name; over WAMP v1 those of a single map. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Aborted when the caller cancels, leaves, or has waited too long. */
  readonly signal: AbortSignal;
  /** Sends a part of the result ahead; nothing happens where the caller does not want parts. */
  progress(value: unknown): void;
}

/** A procedure of the server itself, which every session may call whatever the routes say. It refuses by throwing. */
export type OwnProcedure = (session: Session, call: CallEvent) => MaybePromise<unknown>;

/** An error of a callee, or of a handler that wants a name of its own for it: passed on untouched. */
export interface CallFailure {
  /** Such as `com.example.error.out_of_stock`. */
  readonly uri: string;
  readonly payload: Payload;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The answers to a call, in order; after a `result`, a `refused` or a `failed` there is no other. */
export type CallReply =
  | {
      readonly type: 'progress' | 'result';
      readonly payload: Payload;
      readonly headers?: CallFailure['headers'];
    }
  | { readonly type: 'refused'; readonly error: RouterError }
  | { readonly type: 'failed'; readonly failure: CallFailure };

export interface CallRequest {
  readonly session: Session;
  /** As the caller wrote it; `Router.resolve` says what it means. */
  readonly procedure: string;
  readonly payload: Payload;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether parts of the result are wanted as they come. */
  readonly wantsProgress?: boolean;
  /** Whether more arguments follow by `OngoingCall.more`. */
  readonly continues?: boolean;
  /** Milliseconds to the result, or from one part to the next; 0 or left out for the server's own bound. */
  readonly timeout?: number;
  /** Who calls, where the callee is told. */
  readonly caller?: Publisher | undefined;
  /** The trace that the caller is in, as a `traceparent`. [W3C Trace Context] */
  readonly trace?: string | undefined;
  reply(reply: CallReply): void;
}

/** A call that is not answered yet. */
export interface OngoingCall {
  /** More arguments of a call that `continues`. */
  more(payload: Payload, continues: boolean): void;
  cancel(mode: CancelMode): void;
}

export interface RegisterRequest {
  readonly callee: Callee;
  /** As the callee wrote it. */
  readonly procedure: string;
  readonly match: Match;
  readonly invoke: InvokePolicy;
  /** Whether callers are told to the callee without their asking. */
  readonly disclose?: boolean;
  /** Whether the callee looks after the time of calls itself. */
  readonly forwardTimeout?: boolean;
}

/** One procedure, or one pattern of procedures, that sessions answer. */
export interface Registration {
  /** A whole number above 0, different for each registration of a node. */
  readonly id: number;
  readonly procedure: string;
  readonly match: Match;
  readonly invoke: InvokePolicy;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly callees: readonly Session[];
}

/** One session that answers calls, in the words of its protocol. */
export interface Callee {
  readonly session: Session;
  readonly features: {
    readonly canceling: boolean;
    readonly progressiveInvocations: boolean;
    readonly passthru: boolean;
  };
  /** Called before the first invocation: the moment to acknowledge. */
  registered(registration: Registration): void;
  invoke(invocation: Invocation): void;
  /** More arguments of an invocation that `continues`. */
  more(invocation: Invocation, payload: Payload, continues: boolean): void;
  /** Asks to end an invocation; not called unless the callee can `cancel`. */
  interrupt(invocation: Invocation, mode: 'kill' | 'killnowait', reason: string): void;
  /** No answer is waited for any more, so that nothing need be remembered of the invocation; it comes after `interrupt`. */
  ended?(invocation: Invocation): void;
  /** The registration has been taken away. */
  revoked(registration: Registration, reason: string): void;
}

/** One call as its callee sees it; the first of `result` and `fail` answers it, and what comes later is ignored. */
export interface Invocation {
  /** For the callee's protocol: what it calls the invocation; 0 until it says so. */
  number: number;
  readonly registration: Registration;
  /** The name that was called, where the registration is for a pattern. */
  readonly procedure: string | undefined;
  readonly payload: Payload;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly wantsProgress: boolean;
  readonly continues: boolean;
  /** Where the callee looks after the time itself. */
  readonly timeout: number | undefined;
  readonly caller: Publisher | undefined;
  progress(payload: Payload, headers?: CallFailure['headers']): void;
  result(payload: Payload, headers?: CallFailure['headers']): void;
  /** `wamp.error.unavailable` passes the call on to another callee. */
  fail(failure: CallFailure): void;
}

/**
 * Procedures: those of handlers, which routes declare, and those that sessions register where a route lets them. What a
 * session may call or register is decided by the route that matches the procedure, `access.call` and `access.register`.
 */
export interface Procedures {
  /** Answers by `reply` alone, possibly before it returns. */
  call(request: CallRequest): OngoingCall;
  /**
   * Throws `no_such_route`, `invalid_channel`, `forbidden`, `limit_exceeded`, and `procedure_exists` where others have
   * registered it and do not share.
   */
  register(request: RegisterRequest): Registration;
  /** Calls under way are still answered. Throws `no_such_registration`. */
  unregister(session: Session, id: number): void;
  /** Ends registrations, calls and invocations of a session. */
  leave(session: Session): void;
  /** The registrations of this node. */
  readonly registrations: ReadonlyMap<number, Registration>;
  /** Takes a registration away from one callee, or from all. Throws `no_such_registration`. */
  revoke(id: number, reason: string, session?: Session): void;
  /** The registration of exactly this name or pattern; undefined where there is none. */
  lookup(match: Match, procedure: string): Registration | undefined;
  /** The registration that a call of this name would go to; undefined where there is none. */
  match(procedure: string): Registration | undefined;
}
