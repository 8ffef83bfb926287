import type * as Api from '@opentelemetry/api';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Route } from '../core/route.js';
import type { OperationTrace, TracedOperation } from '../core/tracer.js';
import { namesOf } from './span-attributes.js';

/** What ends spans with what is done within them. */
export interface SpanEnds {
  /** Does what `work` does, and ends the span with it. */
  settle<T>(span: Api.Span, work: () => MaybePromise<T>): MaybePromise<T>;
  /** Does what `work` does in a span of its own under this one. */
  handle<T>(parent: Api.Span, work: () => MaybePromise<T>): MaybePromise<T>;
  /** Ends the span with an error. */
  fail(span: Api.Span, error: unknown): void;
}

/** What a peer has asked for, as a span of OpenTelemetry. */
export class OperationSpan implements OperationTrace {
  readonly #ends: SpanEnds;
  readonly #span: Api.Span;
  readonly #operation: TracedOperation;

  constructor(ends: SpanEnds, span: Api.Span, operation: TracedOperation) {
    this.#ends = ends;
    this.#span = span;
    this.#operation = operation;
  }

  follow<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    return this.#ends.settle(this.#span, work);
  }

  allowed(to: Pick<Route, 'name' | 'pattern'>, answerer?: 'wamp'): void {
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

  end(error?: unknown): void {
    if (error === undefined) this.#span.end();
    else this.#ends.fail(this.#span, error);
  }
}
