import * as api from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { OpenTelemetry } from '../../src/app/open-telemetry.js';

/** A trace that a peer may name, recorded and not. */
export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const SPAN = 'b7ad6b7169203331';
export const GIVEN = `00-${TRACE}-${SPAN}-01`;
export const UNSAMPLED = `00-${TRACE}-${SPAN}-00`;

export const ALL = { enabled: true, sample: 1, channels: false };

/** Keeps all spans of each test of the file. */
export class SpanRecorder {
  readonly #exporter = new InMemorySpanExporter();

  constructor() {
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#exporter)] });
    beforeAll(() => provider.register());
    afterAll(() => provider.shutdown());
    afterEach(() => this.reset());
  }

  get spans(): readonly ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  /** The spans whose names begin so. */
  named(start: string): readonly ReadableSpan[] {
    return this.spans.filter(({ name }) => name.startsWith(start));
  }

  /** Each span with that of its parent, by name. */
  get tree(): readonly string[] {
    const nameOf = (id: string | undefined) =>
      this.spans.find((span) => span.spanContext().spanId === id)?.name ?? '-';
    return this.spans.map((span) => `${span.name} < ${nameOf(span.parentSpanContext?.spanId)}`).sort();
  }

  reset(): void {
    this.#exporter.reset();
  }
}

export function tracing(options: Partial<typeof ALL> = {}): OpenTelemetry {
  return new OpenTelemetry(api, api.trace.getTracer('test'), { ...ALL, ...options });
}
