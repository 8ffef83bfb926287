import type { MaybePromise } from './maybe-promise.js';
import type { Publication, PublishEvent } from './publication.js';
import type { Route } from './route.js';
import type { Session } from './session.js';

/** What a peer has asked to publish, on its way to the handler. */
export interface PublishTrace {
  /** Does what `work` does; the trace ends when that is settled. */
  follow<T>(work: () => MaybePromise<T>): MaybePromise<T>;
  /** A route has matched, and access and limits let it pass. */
  allowed(route: Route): void;
  /** Does what `work` does: what the handler does within is of the trace. */
  handle<T>(work: () => MaybePromise<T>): MaybePromise<T>;
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

/** Follows publications on their way, those of them that are chosen. Where there is none, nothing is followed. */
export interface Tracer {
  /** Undefined for one that is not chosen. */
  publication(session: Session, channel: string, event: PublishEvent): PublishTrace | undefined;
  /** The `traceparent` of what runs now; undefined where it is of no trace. */
  current(): string | undefined;
  /** Does what `work` does, and notes it under the trace of the publication. */
  step<T>(step: TraceStep, work: () => MaybePromise<T>): MaybePromise<T>;
}
