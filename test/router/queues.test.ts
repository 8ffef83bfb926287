import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { LoggedMessage, LogPage, LogQuery, MessageLog } from '../../src/core/message-log.js';
import type { Publication } from '../../src/core/publication.js';
import type { QueueDelivery } from '../../src/core/queue.js';
import type { Subscriber } from '../../src/core/router.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, type TestServerOptions, testRoute, testUser } from '../../src/testing.js';
import { queuePolicy } from '../contracts/queues.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

function serve(more: Partial<TestServerOptions> = {}) {
  const dead = queuePolicy({ attempts: 1, deadLetter: 'dead' });
  return new TestServer({
    routes: [
      testRoute('jobs', 'jobs/{name}', { queue: queuePolicy() }),
      testRoute('hard', 'hard/{name}', { queue: dead }),
      testRoute('dead', 'dead', { queue: dead }),
      testRoute('live', 'live/{name}', { replay: 2 }),
      testRoute('chat', 'chat/{room}', { log: { ttl: undefined }, access: { history: ['user'] } }),
    ],
    handlers: { jobs: broadcast, hard: broadcast, dead: broadcast, live: broadcast, chat: broadcast },
    ...more,
  });
}

const payloads = ({ received }: { received: readonly { payload: unknown }[] }) =>
  received.map(({ payload }) => payload);

/** A subscriber that answers for what it takes. */
async function consume(server: TestServer, channel: string) {
  const { session } = server.connect();
  const given: QueueDelivery[] = [];
  const subscriber: Subscriber = {
    session,
    channel,
    wireKey: 'test',
    encode: () => {
      throw new Error('a consumer encodes for itself');
    },
    consumer: { prefetch: 10, take: (delivery) => given.push(delivery) > 0 },
    ended: () => undefined,
  };
  await server.router.subscribe(subscriber);
  const texts = () => given.map(({ publication }) => publication.payload.value);
  return { session, subscriber, given, texts, leave: () => server.router.leave(session) };
}

describe('a queue route', () => {
  it('gives each message to one subscriber', async () => {
    const server = serve();
    const [a, b, publisher] = [server.connect(), server.connect(), server.connect()];
    await a.subscribe('jobs/x');
    await b.subscribe('jobs/x');
    for (const n of [1, 2, 3, 4]) await publisher.publish('jobs/x', n);
    expect([payloads(a), payloads(b)]).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('holds messages until somebody subscribes', async () => {
    const server = serve();
    const [late, publisher] = [server.connect(), server.connect()];
    await publisher.publish('jobs/x', 1);
    await publisher.publish('jobs/x', 2);
    expect(server.router.topics.size).toBe(0);
    await late.subscribe('jobs/x');
    expect(payloads(late)).toEqual([1, 2]);
  });

  it('keeps what has not left a connection for the next one', async () => {
    const server = serve();
    const [slow, heir, publisher] = [server.connect(), server.connect(), server.connect()];
    slow.connection.holds = true;
    await slow.subscribe('jobs/x');
    await publisher.publish('jobs/x', 1);
    await slow.leave();
    await heir.subscribe('jobs/x');
    expect([payloads(slow), payloads(heir)]).toEqual([[1], [1]]);
  });

  it('gives a slow connection no more than the prefetch of the route', async () => {
    const server = new TestServer({
      routes: [testRoute('jobs', 'jobs/{name}', { queue: queuePolicy({ prefetch: 2 }) })],
      handlers: { jobs: broadcast },
    });
    const [slow, publisher] = [server.connect(), server.connect()];
    slow.connection.holds = true;
    await slow.subscribe('jobs/x');
    for (const n of [1, 2, 3]) await publisher.publish('jobs/x', n);
    expect(payloads(slow)).toEqual([1, 2]);
    slow.connection.flush();
    expect(payloads(slow)).toEqual([1, 2, 3]);
  });

  it('gives back what a consumer has not answered when it leaves', async () => {
    const server = serve();
    const gone = await consume(server, 'jobs/x');
    const publisher = server.connect();
    for (const n of [1, 2, 3]) await publisher.publish('jobs/x', n);
    await gone.given[1]?.acknowledge();
    await gone.leave();
    const heir = await consume(server, 'jobs/x');
    expect(heir.texts()).toEqual([1, 3]);
    expect(heir.given[0]).toMatchObject({ redelivered: true, attempt: 2 });
  });

  it('gives back what a consumer has not answered when it unsubscribes', async () => {
    const server = serve();
    const [one, other] = [await consume(server, 'jobs/x'), server.connect()];
    await other.publish('jobs/x', 1);
    await server.router.unsubscribe(one.subscriber);
    await other.subscribe('jobs/x');
    expect(payloads(other)).toEqual([1]);
  });

  it('gives nothing to those whose access has ended, and loses nothing by it', async () => {
    vi.useFakeTimers({ now: 1_000_000_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const access = { subscribe: ['user.id == "heir" || now < timestamp(1000060)'] };
    const server = new TestServer({
      routes: [testRoute('jobs', 'jobs/{name}', { queue: queuePolicy(), access })],
      handlers: { jobs: broadcast },
    });
    const [late, heir, publisher] = [
      server.connect(testUser('late')),
      server.connect(testUser('heir')),
      server.connect(),
    ];
    await late.subscribe('jobs/x');
    await publisher.publish('jobs/x', 1);
    vi.setSystemTime(1_000_061_000);
    for (const n of [2, 3]) await publisher.publish('jobs/x', n);
    await heir.subscribe('jobs/x');
    await publisher.publish('jobs/x', 4);
    expect([payloads(late), payloads(heir)]).toEqual([[1], [2, 3, 4]]);
  });

  it('takes no audience, but lets a publisher leave itself out, which means nothing here', async () => {
    const server = serve();
    const peer = server.connect();
    await peer.subscribe('jobs/x');
    const refused = expect.objectContaining({ code: 'bad_request' });
    await expect(peer.publish('jobs/x', 1, { eligible: ['5'] })).rejects.toEqual(refused);
    await expect(peer.publish('jobs/x', 1, { users: ['5'] })).rejects.toEqual(refused);
    await expect(peer.publish('jobs/x', 1, { retain: true })).rejects.toEqual(refused);
    await peer.publish('jobs/x', 2, { exclude: [peer.session.id] });
    expect(payloads(peer)).toEqual([2]);
  });

  it('gives nothing to patterns', async () => {
    const server = serve();
    const [watcher, publisher] = [server.connect(), server.connect()];
    await watcher.subscribe('jobs/', 'prefix');
    await publisher.publish('jobs/x', 1);
    expect(payloads(watcher)).toEqual([]);
  });

  it('puts what was tried too often where the route says, and says where it comes from', async () => {
    const server = serve();
    const worker = await consume(server, 'hard/x');
    await server.connect().publish('hard/x', 1);
    await worker.given[0]?.reject(true);
    const letters = await consume(server, 'dead');
    expect(letters.texts()).toEqual([1]);
    expect(letters.given[0]?.publication.headers).toEqual({
      'original-destination': 'hard/x',
      'dead-letter-reason': 'attempts',
      'delivery-count': '1',
    });
    await letters.given[0]?.reject(true);
    expect(letters.given).toHaveLength(1);
  });

  it('is refused where there are no queues', async () => {
    const server = serve();
    const durable = new TestServer({
      routes: [testRoute('jobs', 'jobs', { queue: queuePolicy({ durable: true }) })],
      handlers: { jobs: broadcast },
    });
    await expect(durable.connect().publish('jobs', 1)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(server.connect().publish('chat/1', 'x')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a name of a queue', () => {
  it.each([
    ['/queue/jobs/x', 'jobs/x'],
    ['/queue/jobs.x', 'jobs/x'],
    ['jobs.x', 'jobs/x'],
  ])('%s means %s', (name, channel) => {
    expect(serve().router.resolve(name)).toBe(channel);
  });

  it('means no topic', () => {
    expect(() => serve().router.resolve('/queue/chat/1')).toThrow('no route matches');
  });
});

describe('a route with a replay', () => {
  it('sends a newcomer the newest messages before anything new', async () => {
    const server = serve();
    const [late, publisher] = [server.connect(), server.connect()];
    for (const n of [1, 2, 3]) await publisher.publish('live/x', n);
    await late.subscribe('live/x');
    await publisher.publish('live/x', 4);
    expect(payloads(late)).toEqual([2, 3, 4]);
  });

  it('sends nobody what was not for them', async () => {
    const server = serve();
    const [five, six, publisher] = [
      server.connect(testUser('5')),
      server.connect(testUser('6')),
      server.connect(),
    ];
    await publisher.publish('live/x', 'for five', { users: ['5'] });
    await publisher.publish('live/x', 'for all');
    await five.subscribe('live/x');
    await six.subscribe('live/x');
    expect([payloads(five), payloads(six)]).toEqual([['for five', 'for all'], ['for all']]);
  });
});

class FakeLog implements MessageLog {
  readonly lines: LoggedMessage[] = [];
  /** Settles the appends that wait. */
  readonly pending: { resolve(): void; reject(error: Error): void }[] = [];

  append(publication: Publication): Promise<void> {
    return new Promise((resolve, reject) => {
      this.pending.push({
        resolve: () => {
          this.lines.push({ key: this.lines.length + 1, publication });
          resolve();
        },
        reject,
      });
    });
  }

  async search({ channels }: LogQuery): Promise<LogPage> {
    const lines = this.lines.filter(({ publication }) => channels.includes(publication.channel));
    return { lines, next: undefined };
  }

  async close(): Promise<void> {}
}

describe('a route with a log', () => {
  it('delivers nothing before it is kept, and everything in order', async () => {
    const log = new FakeLog();
    const server = serve({ log });
    const [reader, publisher] = [server.connect(), server.connect()];
    await reader.subscribe('chat/1');
    const sent = [publisher.publish('chat/1', 'a'), publisher.publish('chat/1', 'b')];
    await Promise.resolve();
    expect(payloads(reader)).toEqual([]);
    for (const { resolve } of log.pending) resolve();
    await Promise.all(sent);
    expect(payloads(reader)).toEqual(['a', 'b']);
  });

  it('delivers nothing that could not be kept', async () => {
    const log = new FakeLog();
    const server = serve({ log });
    const [reader, publisher] = [server.connect(), server.connect()];
    await reader.subscribe('chat/1');
    const sent = publisher.publish('chat/1', 'a');
    log.pending[0]?.reject(new Error('the disk is full'));
    await expect(sent).rejects.toThrow();
    expect(payloads(reader)).toEqual([]);
  });

  it('keeps nothing that is for some sessions alone, and delivers it at once', async () => {
    const log = new FakeLog();
    const server = serve({ log });
    const [reader, publisher] = [server.connect(), server.connect()];
    await reader.subscribe('chat/1');
    const said = publisher.publish('chat/1', 'a');
    await publisher.publish('chat/1', 'you are late', { eligible: [reader.session.id] });
    expect(payloads(reader)).toEqual(['you are late']);
    expect(log.pending).toHaveLength(1);
    log.pending[0]?.resolve();
    await said;
    expect(payloads(reader)).toEqual(['you are late', 'a']);
  });

  it('is read by those whom access.history lets, and only what is for them', async () => {
    const log = new FakeLog();
    const server = serve({ log });
    const publisher = server.connect();
    const sent = [publisher.publish('chat/1', 'a'), publisher.publish('chat/1', 'b', { users: ['6'] })];
    for (const { resolve } of log.pending) resolve();
    await Promise.all(sent);
    const search = async (session = publisher.session) => {
      const { lines } = await server.router.search(session, { channels: ['chat/1'], limit: 10 });
      return lines.map(({ publication }) => publication.payload.value);
    };
    expect(await search(server.connect(testUser('5')).session)).toEqual(['a']);
    expect(await search(server.connect(testUser('6')).session)).toEqual(['a', 'b']);
    await expect(search()).rejects.toMatchObject({ code: 'forbidden' });
  });
});
