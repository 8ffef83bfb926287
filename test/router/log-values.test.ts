import { expect, it, onTestFinished } from 'vitest';
import { MemoryQueues } from '../../src/brokers/index.js';
import { NULL_METER } from '../../src/core/meter.js';
import { PeerRefusals } from '../../src/core/peer-refusals.js';
import type { Consumer, QueueDelivery } from '../../src/core/queue.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { MemoryLogger } from '../../src/testing/memory-logger.js';
import { type TestPeer, TestServer, testRoute, testUser } from '../../src/testing.js';
import { queuePolicy } from '../contracts/queues.js';
import { eventually } from '../support/until.js';

type Fields = Readonly<Record<string, unknown>>;

interface World {
  readonly server: TestServer;
  readonly logger: MemoryLogger;
  readonly peer: TestPeer;
}

const broken = new Error('broken');
const breaks = () => {
  throw broken;
};

const handlers: Readonly<Record<string, TopicHandler>> = {
  broken: { onPublish: breaks },
  ticking: { timers: [{ interval: 1, tick: breaks }] },
  jobs: { onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload) },
};

const routes = [
  testRoute('broken', 'broken/{id}'),
  testRoute('ticking', 'ticking/{id}'),
  testRoute('closed', 'closed/{id}', { handler: 'broken', access: { subscribe: ['backend'] } }),
  testRoute('jobs', 'jobs/{id}', { queue: queuePolicy() }),
  testRoute('hard', 'hard/{id}', { handler: 'jobs', queue: queuePolicy({ deadLetter: 'full' }) }),
  testRoute('full', 'full', { handler: 'jobs', queue: queuePolicy({ size: 1 }) }),
];

function world(): World {
  const logger = new MemoryLogger();
  const limits = { queueMessages: 100, queueSize: 2 ** 20 };
  const queues = new MemoryQueues({ limits, logger, meter: NULL_METER });
  onTestFinished(() => queues.close());
  const server = new TestServer({ routes, handlers, logger, queues });
  const peer = server.connect(testUser('5'));
  onTestFinished(() => peer.leave());
  return { server, logger, peer };
}

/** Subscribes to a queue for one who does this with each message. */
async function consume({ server }: World, channel: string, take: Consumer['take']): Promise<void> {
  const { session } = server.connect(testUser('consumer'));
  const consumer = { prefetch: undefined, take };
  const rest = { wireKey: 'test', encode: breaks, ended: () => undefined };
  await server.router.subscribe({ session, channel, consumer, ...rest });
}

/** Has the first message of a queue rejected; returns it. */
async function reject(at: World, channel: string): Promise<QueueDelivery> {
  const given: QueueDelivery[] = [];
  await consume(at, channel, (delivery) => given.push(delivery) > 0);
  const delivery = given[0] as QueueDelivery;
  await delivery.reject(false);
  return delivery;
}

const REQUEST = expect.stringMatching(/^r-[0-9a-f]{16}$/);

/** What makes the server write a line, and what has to be in it. */
const LINES: Readonly<Record<string, (at: World) => Promise<Fields>>> = {
  async handler_failed({ peer }) {
    await expect(peer.publish('broken/1', 1)).rejects.toThrow();
    return { request: REQUEST, session: peer.session.id, channel: 'broken/1', error: broken };
  },
  async operation_refused({ peer }) {
    await expect(peer.subscribe('closed/1')).rejects.toThrow();
    const what = { operation: 'subscribe', channel: 'closed/1', code: 'forbidden' };
    const who = { session: peer.session.id, peer: 'user 5' };
    const reason = expect.stringContaining('backend');
    return { request: REQUEST, ...what, ...who, reason, decided: [reason, '  peer: user'] };
  },
  async timer_failed({ peer }) {
    await peer.subscribe('ticking/1');
    return { channel: 'ticking/1', error: broken };
  },
  async listener_failed({ server, peer }) {
    server.events.on('client_error', breaks);
    await expect(peer.publish('broken/1', 1)).rejects.toThrow();
    return { heard: 'client_error', error: broken };
  },
  async dead_letter_dropped(at) {
    await at.peer.publish('jobs/1', 1);
    const { publication } = await reject(at, 'jobs/1');
    return { channel: 'jobs/1', publication: publication.id, reason: 'rejected' };
  },
  async dead_letters_not_kept(at) {
    await at.peer.publish('full', 1);
    await at.peer.publish('hard/1', 1);
    await reject(at, 'hard/1');
    return { channel: 'hard/1', error: expect.objectContaining({ limit: 'route.queue.size' }) };
  },
  async consumer_failed(at) {
    await at.peer.publish('jobs/1', 1);
    await consume(at, 'jobs/1', breaks);
    return { channel: 'jobs/1', error: broken };
  },
  async peer_request_failed({ logger }) {
    const about = { session: 's', remoteAddress: '192.0.2.1', version: '1.2', command: 'SEND' };
    const refusals = new PeerRefusals({ logger, meter: NULL_METER, protocol: 'stomp' });
    const { request } = refusals.of(broken, about);
    return { request, protocol: 'stomp', ...about, error: broken };
  },
};

it.each(Object.entries(LINES))('%s says whom and what it was about', async (event, provoke) => {
  const at = world();
  const expected = await provoke(at);
  const written = () => at.logger.lines.map(({ fields }) => fields).filter((line) => line['event'] === event);
  await eventually(() => expect(written()[0]).toEqual({ event, ...expected }));
});
