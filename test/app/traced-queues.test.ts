import type { SpanContext } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryQueues, RedisQueues } from '../../src/brokers/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { Payload } from '../../src/core/payload.js';
import type { QueueDelivery, Queues } from '../../src/core/queue.js';
import type { Subscriber } from '../../src/core/router.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';
import { FakeQueueStore } from '../brokers/fake-queue-store.js';
import { queuePolicy } from '../contracts/queues.js';
import { begin, openNode } from '../support/redis-nodes.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { GIVEN, SpanRecorder, TRACE, tracing, UNSAMPLED } from '../support/traces.js';
import { until } from '../support/until.js';

const recorder = new SpanRecorder();
const limits = { queueMessages: 1000, queueSize: 2 ** 20 };

/** What the handler of `other` does while it runs. */
let reject: () => unknown = () => undefined;

const handlers: Readonly<Record<string, TopicHandler>> = {
  dead: {},
  other: { onPublish: () => void reject() },
  jobs: { onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event) },
};

function serve(queues?: Queues, sample = 1): TestServer {
  const queue = queuePolicy({ prefetch: 1, deadLetter: 'dead' });
  const routes = [
    testRoute('jobs', 'jobs/{id}', { queue }),
    testRoute('dead', 'dead'),
    testRoute('other', 'other/{id}'),
  ];
  return new TestServer({ routes, handlers, tracer: tracing({ sample }), ...(queues && { queues }) });
}

/** A subscriber that answers for what it takes. */
async function consume({ router, connect }: Pick<TestServer, 'router' | 'connect'>, takes = true) {
  const given: QueueDelivery[] = [];
  const { session } = connect(testUser('5'));
  const take = (delivery: QueueDelivery) => takes && given.push(delivery) > 0;
  const encode = () => {
    throw new Error('a consumer encodes for itself');
  };
  const consumer = { prefetch: undefined, take };
  const subscriber: Subscriber = {
    session,
    channel: 'jobs/1',
    wireKey: 'test',
    encode,
    consumer,
    ended() {},
  };
  await router.subscribe(subscriber);
  return { given, leave: () => router.leave(session) };
}

const bind = (server: TestServer) => ({ router: server.router, connect: server.connect.bind(server) });
const deliveries = () =>
  recorder
    .named('deliver')
    .map(({ attributes }) => [attributes['signalbox.attempt'], attributes['signalbox.outcome']]);

describe('a message of a queue that is traced', () => {
  it('is delivered under what enqueued it and linked to it, however late, until it is acknowledged', async () => {
    const server = bind(serve());
    await server.connect(testUser('1')).publish('jobs/1', 'one', { trace: GIVEN });
    expect(recorder.tree).toEqual(['broker jobs < handler', 'handler < publish jobs', 'publish jobs < -']);
    const { given } = await consume(server);
    expect(deliveries()).toEqual([]);
    await given[0]?.acknowledge();
    await given[0]?.reject(true);
    expect(recorder.tree).toContain('deliver jobs < handler');
    expect(deliveries()).toEqual([[1, 'acknowledged']]);
    const [span] = recorder.named('deliver');
    const [producer] = recorder.named('handler');
    expect(span?.links.map(({ context: { spanId } }) => spanId)).toEqual([producer?.spanContext().spanId]);
    expect(span?.attributes).toMatchObject({
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'jobs/{id}',
      'signalbox.route': 'jobs',
    });
  });

  it('has one delivery for each time that it is given out', async () => {
    const server = bind(serve());
    await server.connect(testUser('1')).publish('jobs/1', 'one');
    const one = await consume(server);
    await one.given[0]?.reject(true);
    await one.leave();
    const two = await consume(server);
    await two.given[0]?.reject(false);
    expect(deliveries()).toEqual([
      [1, 'requeued'],
      [2, 'returned'],
      [3, 'rejected'],
    ]);
  });

  it('says so where a consumer does not take it', async () => {
    const server = bind(serve());
    await consume(server, false);
    await server.connect(testUser('1')).publish('jobs/1', 'one');
    expect(deliveries()).toEqual([[1, 'returned']]);
  });

  it('is delivered to who answers for nothing as soon as it is sent', async () => {
    const server = bind(serve());
    await server.connect(testUser('5')).subscribe('jobs/1');
    await server.connect(testUser('1')).publish('jobs/1', 'one');
    expect(deliveries()).toEqual([[1, 'acknowledged']]);
  });

  it('has no delivery where it was not chosen', async () => {
    const server = bind(serve(undefined, 0));
    await server.connect(testBackend()).publish('jobs/1', 'one', { trace: UNSAMPLED });
    const { given } = await consume(server);
    expect(given).toHaveLength(1);
    expect(recorder.spans).toEqual([]);
  });

  it('stays in its trace as a dead letter, whoever is served when it dies', async () => {
    const server = bind(serve());
    await server.connect(testUser('1')).publish('jobs/1', 'one');
    await server.connect(testUser('1')).publish('jobs/1', 'two');
    const [{ traceId }] = recorder.named('handler').map((span) => span.spanContext()) as [SpanContext];
    const { given } = await consume(server);
    // It is rejected while somebody else's publish runs.
    const { session } = server.connect(testUser('2'));
    reject = () => given[0]?.reject(false);
    await server.router.publish(session, 'other/1', { payload: Payload.of(1), exclude: [], eligible: [] });
    const dead = recorder.spans.filter(({ name }) => name === 'broker dead');
    expect(dead.map((span) => span.spanContext().traceId)).toEqual([traceId]);
    expect(recorder.tree).toContain('broker dead < handler');
  });

  it('keeps its trace in the store of a durable queue', async () => {
    const store = new FakeQueueStore();
    const parts = { store, limits, logger: NULL_LOGGER, meter: NULL_METER };
    const queues = new MemoryQueues(parts);
    const publication = { id: '1', channel: 'jobs/1', time: 0, audience: undefined, trace: GIVEN };
    await queues.enqueue({ ...publication, payload: Payload.of('one') }, queuePolicy({ durable: true }));
    const { given } = await consume(bind(serve(new MemoryQueues(parts))));
    expect(given[0]?.publication.trace).toBe(GIVEN);
  });
});

describe.skipIf(!redisInstalled)('a message of a queue on Redis that is traced', () => {
  it('is delivered on another node under what enqueued it and linked to it', async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const open = async () => {
      const node = openNode(redis.url, 'traces');
      const queues = new RedisQueues({ ...node, limits, logger: NULL_LOGGER, meter: NULL_METER });
      await begin(node);
      onTestFinished(async () => {
        await queues.close();
        await node.cluster.close();
        node.link.close();
      });
      return bind(serve(queues, 0));
    };
    const [one, two] = [await open(), await open()];
    const { given } = await consume(two);
    await one.connect(testBackend()).publish('jobs/1', 'untraced', { trace: UNSAMPLED });
    await until(() => given.length === 1);
    await given[0]?.acknowledge();
    await one.connect(testBackend()).publish('jobs/1', 'traced', { trace: GIVEN });
    await until(() => given.length === 2);
    await given[1]?.acknowledge();
    expect(recorder.tree).toEqual([
      'broker jobs < handler',
      'deliver jobs < handler',
      'handler < publish jobs',
      'publish jobs < -',
    ]);
    expect(new Set(recorder.spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]));
    const [producer] = recorder.named('handler');
    const links = recorder.named('deliver')[0]?.links.map(({ context: { spanId } }) => spanId);
    expect(links).toEqual([producer?.spanContext().spanId]);
  });
});
