import type * as Api from '@opentelemetry/api';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Route } from '../core/route.js';
import type { OperationTrace, Replay, TracedOperation } from '../core/tracer.js';
import { namesOf } from './span-attributes.js';

/** What ends spans with what is done within them. */
export interface SpanEnds {
  /** Does what `work` does, and ends the span with it. */
  settle<T>(span: Api.Span, work: () => MaybePromise<T>): MaybePromise<T>;
  /** Does what `work` does in a span of its own under this one. */
  handle<T>(parent: Api.Span, work: () => MaybePromise<T>): MaybePromise<T>;
  /** The span of asking a session, under that of the call. */
  ask(call: Api.Span, name: string): Api.Span;
  /** Does what `work` does in a span that is linked to publications, under that of a subscribe. */
  replay(replay: Replay, work: () => void, subscribe: Api.Span): void;
  /** Ends the span with an error. */
  fail(span: Api.Span, error: unknown): void;
}

/** What a peer has asked for, as a span of OpenTelemetry. */
export class OperationSpan implements OperationTrace {
  readonly #ends: SpanEnds;
  readonly #span: Api.Span;
  readonly #operation: TracedOperation;
  /** The name of what it is allowed to. */
  #name = '';

  constructor(ends: SpanEnds, span: Api.Span, operation: TracedOperation) {
    this.#ends = ends;
    this.#span = span;
    this.#operation = operation;
  }

  follow<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    return this.#ends.settle(this.#span, work);
  }

  allowed(to: Pick<Route, 'name' | 'pattern'>, answerer?: 'wamp'): void {
    this.#name = to.name;
    this.#span.updateName(`${this.#operation} ${to.name}`);
    if (this.#operation !== 'call') this.#span.setAttributes(namesOf(to));
    else {
      this.#span.setAttribute('rpc.method', to.name);
      this.#span.setAttribute('signalbox.route', to.name);
      if (answerer !== undefined) this.#span.setAttribute('rpc.system', answerer);
    }
    this.#span.addEvent('allowed');
  }

  handle<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    return this.#ends.handle(this.#span, work);
  }

  ask(): (error?: unknown) => void {
    const span = this.#ends.ask(this.#span, this.#name);
    return (error) => this.#end(span, error);
  }

  replay(replay: Replay, work: () => void): void {
    this.#ends.replay(replay, work, this.#span);
  }

  end(error?: unknown): void {
    this.#end(this.#span, error);
  }

  #end(span: Api.Span, error: unknown): void {
    if (error === undefined) span.end();
    else this.#ends.fail(span, error);
  }
}
