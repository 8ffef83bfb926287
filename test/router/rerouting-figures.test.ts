import { describe, expect, it } from 'vitest';
import { type Meter, NULL_METER } from '../../src/core/meter.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, testRoute } from '../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, { payload }) => topic.broadcast(payload),
};
const queue = { durable: false, size: 10, ttl: undefined, attempts: 3, deadLetter: undefined, prefetch: 5 };

const former = (more = {}) => testRoute('before', 'room/{id}', { handler: 'broadcast', ...more });
const latter = (more = {}) => testRoute('after', 'room/{id}', { handler: 'broadcast', ...more });

function figuresOf(server: TestServer, route: string) {
  return server.router.inspection.routeFigures.get(route);
}

describe('what is counted of a channel whose route changes while it lives', () => {
  it('is counted of the new route from then on, and who is subscribed at once', async () => {
    const server = new TestServer({ routes: [former()], handlers: { broadcast } });
    const peers = [server.connect(), server.connect()];
    for (const peer of peers) await peer.subscribe('room/1');
    await peers[0]?.publish('room/1', 'old');
    server.reroute([latter()], { broadcast });
    await peers[0]?.publish('room/1', 'new');
    expect(figuresOf(server, 'before')).toMatchObject({
      publications: 1,
      deliveries: 2,
      channels: 0,
      subscribers: 0,
    });
    expect(figuresOf(server, 'after')).toMatchObject({
      publications: 1,
      deliveries: 2,
      channels: 1,
      subscribers: 2,
    });
    for (const peer of peers) await peer.leave();
    expect(figuresOf(server, 'after')).toMatchObject({ channels: 0, subscribers: 0 });
  });

  it('goes on where its name and its channels are the same', async () => {
    const server = new TestServer({ routes: [former()], handlers: { broadcast } });
    const peer = server.connect();
    await peer.subscribe('room/1');
    await peer.publish('room/1', 1);
    server.reroute([former({ access: { history: ['user'] } })], { broadcast });
    await peer.publish('room/1', 2);
    const figures = { publications: 2, deliveries: 2, refusals: 0, channels: 1, subscribers: 1 };
    expect(figuresOf(server, 'before')).toEqual(figures);
  });

  it('ends with the subscriptions where no route is left', async () => {
    const server = new TestServer({ routes: [former()], handlers: { broadcast } });
    await server.connect().subscribe('room/1');
    server.reroute([], {});
    expect(figuresOf(server, 'before')).toMatchObject({ channels: 0, subscribers: 0 });
  });

  it('is counted of the new route for consumers of a queue, too', async () => {
    const server = new TestServer({ routes: [former({ queue })], handlers: { broadcast } });
    const peer = server.connect();
    await peer.subscribe('room/1');
    await peer.publish('room/1', 1);
    server.reroute([latter({ queue })], { broadcast });
    await peer.publish('room/1', 2);
    expect(peer.received.map(({ payload }) => payload)).toEqual([1, 2]);
    expect(figuresOf(server, 'before')).toMatchObject({ publications: 1, deliveries: 1 });
    expect(figuresOf(server, 'after')).toMatchObject({ publications: 1, deliveries: 1 });
  });
});

describe('how long hooks take', () => {
  it('is noted of the route that has asked them', async () => {
    const noted: string[] = [];
    const timing = (_name: string, { route = '', hook = '' } = {} as Readonly<Record<string, string>>) => ({
      observe: () => void noted.push(`${route} ${hook}`),
    });
    const meter: Meter = { ...NULL_METER, count: () => undefined, timing };
    const handler = (): TopicHandler => ({
      ...broadcast,
      onSubscribe: () => undefined,
      onUnsubscribe: () => undefined,
    });
    const server = new TestServer({ routes: [former()], handlers: { broadcast: handler() }, meter });
    const peer = server.connect();
    await peer.subscribe('room/1');
    server.reroute([latter()], { broadcast: handler() });
    await peer.publish('room/1', 'x');
    await peer.unsubscribe('room/1');
    expect(noted).toEqual(['before subscribe', 'after subscribe', 'after publish', 'after unsubscribe']);
  });
});

describe('the contract of a route', () => {
  const contract = (title: string) => ({
    form: 'json' as const,
    title,
    schema: undefined,
    broadcasts: false,
    fault: () => (title === 'strict' ? 'it is not strict' : undefined),
  });

  it('is no other one where it says the same, and holds at once where it does not', async () => {
    const server = new TestServer({
      routes: [former({ payload: contract('lax') })],
      handlers: { broadcast },
    });
    const peer = server.connect();
    await peer.subscribe('room/1');
    expect(server.reroute([former({ payload: contract('lax') })], { broadcast })).toMatchObject({ moved: 0 });
    expect(server.reroute([former({ payload: contract('strict') })], { broadcast })).toMatchObject({
      moved: 1,
      ended: 0,
    });
    await expect(peer.publish('room/1', 'x')).rejects.toMatchObject({ code: 'invalid_payload' });
  });
});
