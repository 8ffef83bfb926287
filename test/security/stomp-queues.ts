import type { StompTestPeer } from '../support/stomp-peer.js';
import { quiet, until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { summary } from './outcomes.js';
import { mark } from './scene.js';
import { attempt, others, refusal } from './stomp-sessions.js';
import type { World } from './world.js';

const HELD = 'signalbox_queue_messages';

/** A queue that nobody else uses. */
function queue(): string {
  return `/queue/jobs/${mark()}`;
}

/** One who answers for each message that it takes of a queue. */
async function consumer(world: World, destination: string, headers = {}): Promise<StompTestPeer> {
  const peer = await world.stomp();
  await peer.ask('SUBSCRIBE', { id: '1', destination, ack: 'client-individual', ...headers });
  return peer;
}

async function fill(world: World, destination: string, count: number): Promise<StompTestPeer> {
  const peer = await world.stomp();
  for (let i = 0; i < count; i++) peer.send('SEND', { destination }, `${i}`);
  return peer;
}

/** Takes what is left, so that the next attack finds the queues empty. */
async function empty(world: World, ...destinations: readonly string[]): Promise<void> {
  const peer = await world.stomp();
  for (const [i, destination] of destinations.entries())
    await peer.ask('SUBSCRIBE', { id: `${i}`, destination });
  await until(async () => (await world.metric(HELD)) === 0);
  peer.drop();
}

/** Whether another queue takes a message and gives it. */
async function otherQueues(world: World): Promise<string> {
  const destination = queue();
  const other = await consumer(world, destination);
  await other.ask('SEND', { destination }, 'x');
  await until(() => other.of('MESSAGE').length > 0);
  await other.ask('ACK', { id: other.of('MESSAGE')[0]?.headers['ack'] ?? '' });
  other.drop();
  return 'other queues go on';
}

export const stompQueues: AttackTopic = {
  title: 'Queues',
  attacks: [
    {
      id: 'U1',
      attack: 'Takes messages of a queue and never acknowledges any',
      ancestor: '–',
      ours: 'has 10, the next consumer has the others, and all of them when it goes',
      async run(world) {
        const destination = queue();
        const greedy = await consumer(world, destination);
        await fill(world, destination, 30);
        const next = await consumer(world, destination, { 'prefetch-count': '100' });
        await until(() => next.of('MESSAGE').length === 20);
        const had = greedy.of('MESSAGE').length;
        greedy.drop();
        await until(() => next.of('MESSAGE').length === 30);
        for (const { headers } of next.of('MESSAGE')) next.send('ACK', { id: headers['ack'] ?? '' });
        await until(async () => (await world.metric(HELD)) === 0);
        return `has ${had}, the next consumer has the others, and all of them when it goes`;
      },
    },
    {
      id: 'U2',
      attack: 'Rejects each message whenever it comes, to keep the server busy with it',
      ancestor: '–',
      ours: 'has it 3 times, and it is a dead letter',
      async run(world) {
        const [destination, before] = [queue(), await world.metric('signalbox_dead_letters_total')];
        const peer = await consumer(world, destination);
        await peer.ask('SEND', { destination }, 'x');
        for (let seen = 0; (await world.metric('signalbox_dead_letters_total')) === before; ) {
          const messages = peer.of('MESSAGE');
          for (const { headers } of messages.slice(seen)) peer.send('NACK', { id: headers['ack'] ?? '' });
          seen = messages.length;
        }
        const backend = await world.backend();
        await backend.subscribe('queue/dead');
        await until(async () => (await world.metric(HELD)) === 0);
        return `has it ${peer.of('MESSAGE').length} times, and it is a dead letter`;
      },
    },
    {
      id: 'U3',
      attack: 'Reads a queue that it may not, in any spelling and by patterns',
      ancestor: '–',
      ours: 'refused: forbidden / refused: feature_not_supported / refused: no_such_route, not delivered',
      async run(world) {
        const results: string[] = [];
        for (const destination of [
          '/queue/files/1',
          'queue.files.1',
          '/topic/queue.files.1',
          '/queue/files.*',
          'files/1',
        ])
          results.push(await attempt(world, ['SUBSCRIBE', { id: '1', destination, ack: 'client' }]));
        const [page, peer] = [await world.session(), await world.stomp()];
        await page.subscribe('queue', { match: 'prefix' });
        peer.send('SUBSCRIBE', { id: '1', destination: '/topic/queue.>', ack: 'client' });
        const text = mark();
        await attempt(world, ['SEND', { destination: '/queue/files/1' }, text]);
        const isHeard = (await page.heard(text)) || peer.of('MESSAGE').length > 0;
        const staff = await world.member('5', { roles: ['ROLE_STAFF'] });
        await staff.subscribe('queue/files/1');
        await until(() => staff.heard(text));
        return `${summary(results)}, ${isHeard ? 'delivered' : 'not delivered'}`;
      },
    },
    {
      id: 'U4',
      attack: 'Fills a queue with more than its `queue.size`',
      ancestor: '–',
      ours: 'refused: limit_exceeded, other queues go on',
      async run(world) {
        const destination = queue();
        const result = await refusal(await fill(world, destination, 61));
        const goesOn = await otherQueues(world);
        await empty(world, destination);
        return `${result}, ${goesOn}`;
      },
    },
    {
      id: 'U5',
      attack: 'Fills reply queues of its own, up to `limits.queue_messages` of all queues',
      ancestor: '–',
      ours: 'refused: limit_exceeded, has a quarter of it, other queues go on',
      async run(world) {
        const destination = '/temp-queue/mine';
        const peer = await consumer(world, destination, { 'prefetch-count': '1' });
        for (let i = 0; i < 100; i++) peer.send('SEND', { destination }, `${i}`);
        await until(async () => (await world.metric(HELD)) === 100);
        const goesOn = await otherQueues(world);
        peer.send('SEND', { destination }, 'one more');
        const result = await refusal(peer);
        await until(async () => (await world.metric(HELD)) === 0);
        return `${result}, has a quarter of it, ${goesOn}`;
      },
    },
    {
      id: 'U6',
      attack: 'Rejects messages for good, of which there are more than the queue of dead letters holds',
      ancestor: '–',
      ours: 'they stay where they are, 1 line of the log, others are served',
      async run(world) {
        const destination = queue();
        const from = world.server.stderr.length + world.server.stdout.length;
        const peer = await consumer(world, destination, { 'prefetch-count': '50' });
        await fill(world, destination, 30);
        await until(() => peer.of('MESSAGE').length === 30);
        for (const { headers } of peer.of('MESSAGE'))
          peer.send('NACK', { id: headers['ack'] ?? '', requeue: 'false' });
        await peer.ask('ACK', { id: '1' });
        const held = await world.metric(HELD);
        const served = await others(world);
        // It is tried again once a second, and no attempt that fails may have a line of its own.
        await quiet(2500);
        const lines = (world.server.stdout + world.server.stderr)
          .slice(from)
          .split('dead letters cannot be kept');
        const backend = await world.backend();
        await backend.subscribe('queue/dead');
        await until(async () => (await world.metric(HELD)) === 0);
        const where = held === 30 ? 'they stay where they are' : `${held} are left`;
        return `${where}, ${lines.length - 1} line of the log, ${served}`;
      },
    },
  ],
};
