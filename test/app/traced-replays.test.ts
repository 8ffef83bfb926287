import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryBroker, RedisBroker } from '../../src/brokers/index.js';
import type { Broker } from '../../src/core/broker.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import type { Publication } from '../../src/core/publication.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';
import { TestStores } from '../stores/stores.js';
import { openNode } from '../support/redis-nodes.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { SPAN, SpanRecorder, tracing, UNSAMPLED } from '../support/traces.js';
import { until } from '../support/until.js';

const recorder = new SpanRecorder();

const handlers: Readonly<Record<string, TopicHandler>> = {
  news: { onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event) },
};

function serve(broker: Broker = new MemoryBroker(), sample = 0): TestServer {
  const history = { size: 5, ttl: undefined, durable: true };
  const routes = [testRoute('news', 'news/{id}', { history, replay: 5 })];
  return new TestServer({ routes, handlers, broker, tracer: tracing({ sample }) });
}

const traceOf = (digit: number) => String(digit).repeat(32);
const linked = () =>
  recorder.named('replay').map(({ links }) => links.map(({ context: { traceId } }) => traceId));

/** Publishes one message in a trace of each of these digits. */
async function publish(server: TestServer, ...digits: readonly number[]): Promise<void> {
  const publisher = server.connect(testBackend());
  for (const digit of digits)
    await publisher.publish('news/1', digit, { trace: `00-${traceOf(digit)}-${SPAN}-01` });
}

/** The payloads that somebody gets who comes later. */
async function arrive(server: TestServer): Promise<readonly unknown[]> {
  const peer = server.connect(testUser('5'));
  await peer.subscribe('news/1');
  return peer.received.map(({ payload }) => payload);
}

describe('what a subscriber is given of what was published before', () => {
  it('is noted once, and linked to what published each that is traced', async () => {
    const server = serve();
    await publish(server, 1);
    await server.connect(testBackend()).publish('news/1', 'untraced', { trace: UNSAMPLED });
    await server.connect(testBackend()).publish('news/1', 'not for 5', { users: ['6'] });
    await publish(server, 2);
    const producers = recorder.named('handler').map((span) => span.spanContext().spanId);
    expect(await arrive(server)).toEqual([1, 'untraced', 2]);
    expect(linked()).toEqual([[traceOf(1), traceOf(2)]]);
    const [replay] = recorder.named('replay');
    expect(replay?.links.map(({ context }) => context.spanId)).toEqual(producers);
    expect(replay?.parentSpanContext).toBeUndefined();
    expect(replay).toMatchObject({
      name: 'replay news',
      kind: 4,
      attributes: {
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'replay',
        'messaging.destination.name': 'news/{id}',
        'messaging.batch.message_count': 3,
        'signalbox.route': 'news',
      },
    });
  });

  it('is of the subscribe where that is traced', async () => {
    const server = serve(undefined, 1);
    await publish(server, 1);
    recorder.reset();
    await arrive(server);
    expect(recorder.tree).toEqual(['replay news < subscribe news', 'subscribe news < -']);
  });

  it('is not noted of what it missed and may not have', async () => {
    const server = serve();
    const publisher = server.connect(testBackend());
    const trace = `00-${traceOf(1)}-${SPAN}-01`;
    const first = await publisher.publish('news/1', 1, { trace });
    await publisher.publish('news/1', 'not for 5', { trace, users: ['6'] });
    const { session, connection } = server.connect(testUser('5'));
    const encode = ({ payload }: Publication) => Frame.text(payload.text);
    const subscriber = { session, channel: 'news/1', since: first?.position, wireKey: 'test', encode };
    await server.router.subscribe({ ...subscriber, ended: () => undefined });
    expect(connection.texts).toEqual([]);
    expect(recorder.named('replay')).toEqual([]);
  });

  it('is not noted where none of it is traced', async () => {
    const server = serve();
    await server.connect(testBackend()).publish('news/1', 'untraced', { trace: UNSAMPLED });
    expect(await arrive(server)).toEqual(['untraced']);
    expect(recorder.spans).toEqual([]);
  });

  it('is linked to as many as a span keeps, the newest', async () => {
    const history = { size: 200, ttl: undefined };
    const routes = [testRoute('news', 'news/{id}', { history, replay: 200 })];
    const server = new TestServer({ routes, handlers, tracer: tracing({ sample: 1 }) });
    const publisher = server.connect(testBackend());
    for (let i = 0; i < 130; i++) await publisher.publish('news/1', i);
    const newest = recorder.named('handler').at(-1)?.spanContext().spanId;
    expect(await arrive(server)).toHaveLength(130);
    const links = recorder.named('replay')[0]?.links ?? [];
    expect([links.length, links.at(-1)?.context.spanId]).toEqual([128, newest]);
  });
});

describe('what a subscriber is given of what another process published', () => {
  const stores = new TestStores();

  it('is linked to its traces, from the store', async () => {
    const store = await stores.open();
    await publish(serve(new MemoryBroker({ store })), 3);
    await store.close();
    const broker = new MemoryBroker({ store: await stores.open() });
    const server = serve(broker);
    await until(async () => (await broker.history({ match: 'exact', channel: 'news/1' })).length === 1);
    expect(await arrive(server)).toEqual([3]);
    expect(linked()).toEqual([[traceOf(3)]]);
  });
});

describe.skipIf(!redisInstalled)('what a subscriber is given of what was published on Redis', () => {
  it('is linked to its traces on another node', async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const open = async () => {
      const { link } = openNode(redis.url, 'replays');
      const parts = { link, meter: NULL_METER, logger: NULL_LOGGER, limits: { retained: 100 } };
      const server = serve(new RedisBroker(parts));
      await link.start();
      onTestFinished(() => link.close());
      return server;
    };
    const [one, two] = [await open(), await open()];
    await publish(one, 4);
    expect(await arrive(two)).toEqual([4]);
    expect(linked()).toEqual([[traceOf(4)]]);
  });
});
