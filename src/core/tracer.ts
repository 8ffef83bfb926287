import type { Match } from './match.js';
import type { MaybePromise } from './maybe-promise.js';
import type { Payload } from './payload.js';
import type { Publication } from './publication.js';
import type { Route } from './route.js';
import type { Session } from './session.js';

/** What peers ask for that is traced. */
export type TracedOperation = 'publish' | 'subscribe' | 'call';

/** What a peer asks for, as far as a trace tells of it. */
export interface Traceable {
  /** The trace that the peer is in, as a `traceparent`. [W3C Trace Context] */
  readonly trace?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly payload?: Payload;
  /** Of a subscription to a pattern. */
  readonly match?: Match;
}

/** What a peer has asked for, on its way to the handler. */
export interface OperationTrace {
  /** Does what `work` does; the trace ends when that is settled. */
  follow<T>(work: () => MaybePromise<T>): MaybePromise<T>;
  /** Access and limits let it pass to what is named here, of which there are few; a call is answered by a session of WAMP, or here. */
  allowed(to: Pick<Route, 'name' | 'pattern'>, answerer?: 'wamp'): void;
  /** Does what `work` does: what the handler does within is of the trace. */
  handle<T>(work: () => MaybePromise<T>): MaybePromise<T>;
  /** Notes that a session is asked for the answer of a call; the result ends that, once, with what has gone wrong where something has. */
  ask(): (error?: unknown) => void;
  /** Of a subscribe: see `Tracer.replay`. */
  replay(replay: Replay, work: () => void): void;
  /** Ends what is not followed, with what has gone wrong where something has. Called once. */
  end(error?: unknown): void;
}

/** What a subscriber is given of what was published before it joined. */
export interface Replay {
  /** Those that have a `trace` are told by it. */
  readonly publications: readonly Publication[];
  readonly route: Route;
}

/** A step of a publication that is traced. */
export interface TraceStep {
  readonly name: 'broker' | 'deliver';
  /** Whose `trace` is given. */
  readonly publication: Publication;
  readonly route: Route;
  /** To how many it goes on this node, where that is known. */
  readonly subscribers?: number;
}

/** A message of a queue that is given to a consumer. */
export interface HandOver {
  /** Whose `trace` is given. */
  readonly publication: Publication;
  readonly route: Route;
  /** Times that it has been given out, this one included. */
  readonly attempt: number;
}

/** What became of a message that a consumer was given. `returned`: the consumer has gone, and another gets it. */
export type HandOverOutcome = 'acknowledged' | 'requeued' | 'rejected' | 'returned';

/** Follows what peers ask for on its way, as much of it as is chosen. Where there is none, nothing is followed. */
export interface Tracer {
  /** Undefined for one that is not chosen. */
  begin(
    operation: TracedOperation,
    session: Session,
    channel: string,
    asked: Traceable,
  ): OperationTrace | undefined;
  /** The `traceparent` of what runs now; undefined where it is of no trace. */
  current(): string | undefined;
  /** Does what `work` does, and notes it under the trace of the publication. */
  step<T>(step: TraceStep, work: () => MaybePromise<T>): MaybePromise<T>;
  /** Does what `work` does, and notes it where any of the publications is traced. */
  replay(replay: Replay, work: () => void): void;
  /** Notes how long a consumer has a message; to be ended once. Undefined where its trace is not recorded. */
  handOver(message: HandOver): ((outcome: HandOverOutcome) => void) | undefined;
}
