import type * as Api from '@opentelemetry/api';
import type { Settings } from '../config/index.js';
import { isRouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Session } from '../core/session.js';
import { readTraceparent, type TraceContext, writeTraceparent } from '../core/trace-context.js';
import type {
  HandOver,
  HandOverOutcome,
  OperationTrace,
  Replay,
  Traceable,
  TracedOperation,
  Tracer,
  TraceStep,
} from '../core/tracer.js';
import { OperationSpan, type SpanEnds } from './operation-span.js';
import { attributesOf, MESSAGING, namesOf, type SpanNames } from './span-attributes.js';
import { VERSION } from './version.js';

type Options = Settings['tracing'];

/** Publications that one span is linked to, the newest: as many as the libraries of OpenTelemetry keep. */
const MOST_LINKS = 128;

/** Undefined where nothing is to be traced. Throws an error for people where the library is not installed. */
export async function loadTracer(options: Options): Promise<OpenTelemetry | undefined> {
  if (!options.enabled) return undefined;
  const api = await library();
  return new OpenTelemetry(api, api.trace.getTracer('signalbox', VERSION), options);
}

async function library(): Promise<typeof Api> {
  try {
    return await import('@opentelemetry/api');
  } catch (cause) {
    throw new Error('tracing: the library is not installed: npm install @opentelemetry/api', { cause });
  }
}

/** Traces by OpenTelemetry, by its conventions for messaging and calls. What records them is set up by who starts the process. */
export class OpenTelemetry implements Tracer, SpanEnds {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;
  readonly #options: Options;
  /** Under it the `traceparent` of an operation is found in whatever its handler starts. */
  readonly #key: symbol;
  /** The same while a handler runs, for those who have set up no context. */
  #running: string | undefined;
  /** What is due of each operation: many publications must not leave out all subscribes. */
  readonly #due: Record<TracedOperation, number> = { publish: 0, subscribe: 0, call: 0 };

  constructor(api: typeof Api, tracer: Api.Tracer, options: Options) {
    this.#api = api;
    this.#tracer = tracer;
    this.#options = options;
    this.#key = api.createContextKey('signalbox');
  }

  /** Whether anybody has set up what records traces. */
  get isRecorded(): boolean {
    const probe = this.#tracer.startSpan('start', { root: true });
    probe.end();
    return this.#api.isSpanContextValid(probe.spanContext());
  }

  begin(
    operation: TracedOperation,
    session: Session,
    channel: string,
    asked: Traceable,
  ): OperationTrace | undefined {
    const given = readTraceparent(asked.trace ?? asked.headers?.['traceparent']);
    const isTrusted = session.principal.kind === 'backend';
    // Back ends say what is recorded; peers who could be anybody may neither fill the store nor join traces of others.
    const isChosen = isTrusted && given !== undefined ? given.traceFlags === 1 : this.#isDue(operation);
    if (!isChosen) return undefined;
    const { ROOT_CONTEXT, SpanKind, context } = this.#api;
    const parent = isTrusted && given !== undefined ? this.#under(given) : context.active();
    const links = !isTrusted && given !== undefined ? [{ context: { ...given, isRemote: true } }] : [];
    const attributes = { ...attributesOf(operation, session, asked), ...this.#channel(channel) };
    const options = { kind: SpanKind.SERVER, attributes, links };
    const span = this.#tracer.startSpan(operation, options, links.length > 0 ? ROOT_CONTEXT : parent);
    return span.isRecording() ? new OperationSpan(this, span, operation) : undefined;
  }

  current(): string | undefined {
    const active = this.#api.context.active().getValue(this.#key);
    return typeof active === 'string' ? active : this.#running;
  }

  step<T>(
    { name, publication, route, subscribers }: TraceStep,
    work: () => MaybePromise<T>,
  ): MaybePromise<T> {
    const parent = readTraceparent(publication.trace);
    if (parent?.traceFlags !== 1) return work();
    const { SpanKind } = this.#api;
    const kind = name === 'broker' ? SpanKind.PRODUCER : SpanKind.CONSUMER;
    const attributes = {
      ...namesOf(route),
      ...MESSAGING[name],
      'messaging.message.id': publication.id,
      ...this.#channel(publication.channel),
      ...(subscribers !== undefined && { 'signalbox.subscribers': subscribers }),
    };
    const span = this.#tracer.startSpan(`${name} ${route.name}`, { kind, attributes }, this.#under(parent));
    return this.settle(span, work);
  }

  /** Under what has enqueued it, however long ago, and linked to it. [OpenTelemetry §Messaging spans, consumer spans] */
  handOver({ publication, route, attempt }: HandOver): ((outcome: HandOverOutcome) => void) | undefined {
    const producer = readTraceparent(publication.trace);
    if (producer?.traceFlags !== 1) return undefined;
    const attributes = {
      ...namesOf(route),
      ...MESSAGING.deliver,
      'messaging.message.id': publication.id,
      ...this.#channel(publication.channel),
      'signalbox.attempt': attempt,
    };
    const links = [{ context: { ...producer, isRemote: true } }];
    const options = { kind: this.#api.SpanKind.CONSUMER, attributes, links };
    const span = this.#tracer.startSpan(`deliver ${route.name}`, options, this.#under(producer));
    return (outcome) => {
      span.setAttribute('signalbox.outcome', outcome);
      span.end();
    };
  }

  /** Linked to what has published them, as they are many. [OpenTelemetry §Messaging spans, consumer spans] */
  replay({ publications, route }: Replay, work: () => void, subscribe?: Api.Span): void {
    const contexts = publications.flatMap(({ trace }) => readTraceparent(trace) ?? []);
    const links = contexts
      .filter(({ traceFlags }) => traceFlags === 1)
      .map((context) => ({ context: { ...context, isRemote: true } }))
      .slice(-MOST_LINKS);
    if (links.length === 0) {
      work();
      return;
    }
    const { SpanKind, ROOT_CONTEXT, trace } = this.#api;
    const attributes = {
      ...namesOf(route),
      ...MESSAGING.replay,
      'messaging.batch.message_count': publications.length,
    };
    const parent = subscribe === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, subscribe);
    const options = { kind: SpanKind.CONSUMER, attributes, links };
    void this.settle(this.#tracer.startSpan(`replay ${route.name}`, options, parent), work);
  }

  /** A session of a peer is asked in the name of the caller. */
  ask(call: Api.Span, name: string): Api.Span {
    const { SpanKind, context, trace } = this.#api;
    const attributes = { 'rpc.system': 'wamp', 'rpc.method': name, 'signalbox.route': name };
    const options = { kind: SpanKind.CLIENT, attributes };
    return this.#tracer.startSpan(`invoke ${name}`, options, trace.setSpan(context.active(), call));
  }

  /** Runs the handler of an operation, so that what it starts is under its span. */
  handle<T>(parent: Api.Span, work: () => MaybePromise<T>): MaybePromise<T> {
    const { context, trace } = this.#api;
    const within = trace.setSpan(context.active(), parent);
    const span = this.#tracer.startSpan('handler', {}, within);
    const traceparent = writeTraceparent(span.spanContext());
    const before = this.#running;
    this.#running = traceparent;
    try {
      const inside = trace.setSpan(within, span).setValue(this.#key, traceparent);
      return this.settle(span, () => context.with(inside, work));
    } finally {
      this.#running = before;
    }
  }

  /** Does what `work` does, and ends the span with it. */
  settle<T>(span: Api.Span, work: () => MaybePromise<T>): MaybePromise<T> {
    try {
      const done = work();
      if (isPromise(done)) return this.#settled(span, done);
      span.end();
      return done;
    } catch (error) {
      this.fail(span, error);
      throw error;
    }
  }

  async #settled<T>(span: Api.Span, done: Promise<T>): Promise<T> {
    try {
      const value = await done;
      span.end();
      return value;
    } catch (error) {
      this.fail(span, error);
      throw error;
    }
  }

  /** A refusal says its code; of other errors the log has more, and a trace may be seen by more people. */
  fail(span: Api.Span, error: unknown): void {
    const isRefusal = isRouterError(error);
    span.setAttribute('error.type', isRefusal ? error.code : 'handler_failed');
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, ...(isRefusal && { message: error.message }) });
    span.end();
  }

  #under(parent: TraceContext): Api.Context {
    const { trace, ROOT_CONTEXT } = this.#api;
    return trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
  }

  #channel(channel: string): SpanNames {
    return this.#options.channels ? { 'signalbox.channel': channel } : {};
  }

  /** One of so many, evenly. */
  #isDue(operation: TracedOperation): boolean {
    this.#due[operation] += this.#options.sample;
    if (this.#due[operation] < 1) return false;
    this.#due[operation] -= 1;
    return true;
  }
}
