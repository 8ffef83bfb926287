import * as api from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { loadTracer, OpenTelemetry } from '../../src/app/open-telemetry.js';
import { RouterError } from '../../src/core/errors.js';
import { Payload } from '../../src/core/payload.js';
import type { Topic, TopicHandler } from '../../src/core/topic.js';
import type { Tracer } from '../../src/core/tracer.js';
import { TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';
import { ALL, GIVEN, SPAN, SpanRecorder, TRACE, tracing, UNSAMPLED } from '../support/traces.js';

const recorder = new SpanRecorder();

const HANDLERS: Readonly<Record<string, TopicHandler>> = {
  echo: { onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event) },
  /** Forgets what came with the event, and takes its time. */
  later: {
    async onPublish(_session, topic: Topic) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      api.trace.getTracer('application').startSpan('its own').end();
      return topic.broadcast('later');
    },
  },
  no: {
    onPublish() {
      throw new RouterError('forbidden', 'not today');
    },
  },
  broken: {
    onPublish() {
      throw new Error('the password is 1234');
    },
  },
};

const routes = Object.keys(HANDLERS).map((name) => testRoute(name, `${name}/{id}`, { handler: name }));

function started(tracer: Tracer): TestServer {
  return new TestServer({ routes, handlers: HANDLERS, tracer });
}

describe('a publication that is traced', () => {
  it('is followed from the publisher through the handler and the broker to the subscribers', async () => {
    const server = started(tracing());
    const [publisher, ...others] = [testBackend(), testUser('5'), testUser('6')].map((who) =>
      server.connect(who),
    );
    for (const peer of others) await peer.subscribe('echo/1');
    recorder.reset();
    await publisher?.publish('echo/1', { a: 1 });
    expect(others[0]?.received).toHaveLength(1);
    expect(recorder.tree).toEqual([
      'broker echo < handler',
      'deliver echo < handler',
      'handler < publish echo',
      'publish echo < -',
    ]);
    expect(new Set(recorder.spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    const [publish] = recorder.spans.filter(({ name }) => name === 'publish echo');
    expect(publish?.attributes).toMatchObject({
      'messaging.system': 'signalbox',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'echo/{id}',
      'signalbox.route': 'echo',
      'signalbox.principal.kind': 'backend',
    });
    const [deliver] = recorder.spans.filter(({ name }) => name === 'deliver echo');
    expect(deliver?.attributes).toMatchObject({
      'signalbox.subscribers': 2,
      'messaging.operation.type': 'process',
    });
  });

  it('names no channel, payload or user unless channels are asked for', async () => {
    const server = started(tracing());
    const peer = server.connect(testUser('private-user'));
    await peer.subscribe('echo/private-channel');
    await peer.publish('echo/private-channel', 'private payload');
    const told = JSON.stringify(
      recorder.spans.map(({ name, attributes, events }) => [name, attributes, events]),
    );
    expect(told).not.toContain('private');

    recorder.reset();
    const other = started(tracing({ channels: true })).connect(testUser('5'));
    await other.publish('echo/named', 1);
    expect(recorder.spans.map(({ attributes }) => attributes['signalbox.channel'])).toContain('echo/named');
  });

  it('takes what a handler does later with it, and what it broadcasts without the event', async () => {
    const server = started(tracing());
    const peer = server.connect(testUser('5'));
    await peer.subscribe('later/1');
    recorder.reset();
    await peer.publish('later/1', 1);
    expect(recorder.tree).toEqual([
      'broker later < handler',
      'deliver later < handler',
      'handler < publish later',
      'its own < handler',
      'publish later < -',
    ]);
  });

  it('ends with the code of a refusal, and with nothing of another error', async () => {
    const peer = started(tracing()).connect(testUser('5'));
    await expect(peer.publish('no/1', 1)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(peer.publish('broken/1', 1)).rejects.toMatchObject({ code: 'handler_failed' });
    await expect(peer.publish('nowhere', 1)).rejects.toMatchObject({ code: 'no_such_route' });
    const failed = recorder.spans.filter(({ name }) => name.startsWith('publish'));
    expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['publish no', 'forbidden'],
      ['publish broken', 'handler_failed'],
      ['publish', 'no_such_route'],
    ]);
    expect(JSON.stringify(recorder.spans.map(({ status, events }) => [status, events]))).not.toContain(
      '1234',
    );
  });

  it('is of the trace of a back end that names one, which decides what is recorded', async () => {
    const server = started(tracing({ sample: 0 }));
    const { router } = server;
    const { session } = server.connect(testBackend());
    const publish = (trace: string) =>
      router.publish(session, 'echo/1', { payload: Payload.of(1), exclude: [], eligible: [], trace });
    await publish(UNSAMPLED);
    await publish('00-nonsense');
    expect(recorder.spans).toEqual([]);
    await publish(GIVEN);
    expect(recorder.spans[0]?.spanContext().traceId).toBe(TRACE);
    expect(recorder.spans.some(({ parentSpanContext }) => parentSpanContext?.spanId === SPAN)).toBe(true);
  });

  it('of a stranger is linked to its trace, and chosen as any other', async () => {
    const given = { exclude: [], eligible: [], headers: { traceparent: GIVEN } };
    for (const sample of [0, 1]) {
      const server = started(tracing({ sample }));
      const { session } = server.connect(testUser('5'));
      await server.router.publish(session, 'echo/1', { payload: Payload.of(1), ...given });
    }
    const [publish, ...more] = recorder.spans.filter(({ name }) => name === 'publish echo');
    expect(more).toEqual([]);
    expect(publish?.spanContext().traceId).not.toBe(TRACE);
    expect(publish?.links.map(({ context }) => context.traceId)).toEqual([TRACE]);
  });

  it('is one of so many', async () => {
    const peer = started(tracing({ sample: 0.25 })).connect(testUser('5'));
    for (let i = 0; i < 100; i++) await peer.publish('echo/1', i);
    expect(recorder.spans.filter(({ name }) => name === 'publish echo')).toHaveLength(25);
  });
});

describe('tracing', () => {
  it('is not loaded unless it is switched on', async () => {
    expect(await loadTracer({ enabled: false, sample: 1, channels: false })).toBeUndefined();
  });

  it('knows whether anybody records', async () => {
    expect(tracing().isRecorded).toBe(true);
    const unset = new api.ProxyTracerProvider().getTracer('unset');
    expect(new OpenTelemetry(api, unset, ALL).isRecorded).toBe(false);
  });
});
