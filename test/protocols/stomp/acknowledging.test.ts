import { describe, expect, it } from 'vitest';
import { testRoute } from '../../../src/testing.js';
import { queuePolicy } from '../../contracts/queues.js';
import type { StompReply } from '../../support/stomp-frames.js';
import { broadcast, type Client, World } from './world.js';

const VERSIONS = ['1.0', '1.1', '1.2'] as const;
type Version = (typeof VERSIONS)[number];

const QUEUE = { id: 's', destination: '/queue/jobs' };

/** A world whose queue holds messages. */
async function filled(...bodies: readonly string[]): Promise<World> {
  const world = new World();
  const sender = await world.connect();
  for (const body of bodies) await sender.do('SEND', { destination: '/queue/jobs' }, body);
  return world;
}

/** What names a message in an ACK or NACK of a version. */
function naming(version: Version, message: StompReply | undefined): Record<string, string> {
  const { 'message-id': id = '', subscription = '', ack = '' } = message?.headers ?? {};
  if (version === '1.2') return { id: ack };
  return version === '1.1' ? { 'message-id': id, subscription } : { 'message-id': id };
}

async function consume(world: World, version: Version, ack: string, more: object = {}) {
  const client = await world.connect(version);
  const messages = await client.do('SUBSCRIBE', { ...QUEUE, ack, ...more });
  return { client, messages };
}

/** What the next consumer gets. */
async function left(world: World, client: Client): Promise<readonly StompReply[]> {
  client.peer.drop();
  await client.news();
  return (await consume(world, '1.2', 'client')).messages;
}

describe.each(VERSIONS)('a consumer of %s', (version) => {
  it('gets what was sent before it came, each message under an id of its own', async () => {
    const { messages } = await consume(await filled('a', 'b'), version, 'client');
    expect(messages.map(({ body }) => body)).toEqual(['a', 'b']);
    expect(new Set(messages.map(({ headers }) => headers['message-id'])).size).toBe(2);
    expect(messages[0]?.headers['destination']).toBe('/queue/jobs');
    const ack = `${messages[0]?.headers['message-id']}.1`;
    expect(messages[0]?.headers['ack']).toBe(version === '1.2' ? ack : undefined);
    expect(messages[0]?.headers).not.toHaveProperty('redelivered');
  });

  it('acknowledges all up to a message', async () => {
    const world = await filled('a', 'b', 'c');
    const { client, messages } = await consume(world, version, 'client');
    await client.do('ACK', naming(version, messages[1]));
    const again = await left(world, client);
    expect(again.map(({ body }) => body)).toEqual(['c']);
    expect(again[0]?.headers).toMatchObject({ redelivered: 'true', 'delivery-count': '2' });
  });

  it('acknowledges one message alone', async () => {
    const world = await filled('a', 'b', 'c');
    const { client, messages } = await consume(world, version, 'client-individual');
    await client.do('ACK', naming(version, messages[1]));
    expect((await left(world, client)).map(({ body }) => body)).toEqual(['a', 'c']);
  });

  it('rejects a message, which comes again under its id, to be answered anew', async () => {
    const { client, messages } = await consume(await filled('a', 'b'), version, 'client-individual');
    const news = await client.do('NACK', naming(version, messages[0]));
    expect(news).toMatchObject([{ body: 'a', headers: { redelivered: 'true' } }]);
    expect(news[0]?.headers['message-id']).toBe(messages[0]?.headers['message-id']);
    if (version === '1.2') expect(news[0]?.headers['ack']).not.toBe(messages[0]?.headers['ack']);
  });

  it.each(['false', 'False', ' FALSE'])('rejects a message for good with requeue:%s', async (requeue) => {
    const world = await filled('a', 'b');
    const { client, messages } = await consume(world, version, 'client-individual');
    expect(await client.do('NACK', { ...naming(version, messages[0]), requeue })).toEqual([]);
    expect(world.queues.dead).toEqual(['a']);
  });

  it('rejects all up to a message', async () => {
    const world = await filled('a', 'b', 'c');
    const { client, messages } = await consume(world, version, 'client');
    await client.do('NACK', { ...naming(version, messages[1]), requeue: 'false' });
    expect(world.queues.dead).toEqual(['a', 'b']);
  });

  it('has its messages given to others when it unsubscribes', async () => {
    const world = await filled('a', 'b');
    const { client, messages } = await consume(world, version, 'client');
    await client.do('UNSUBSCRIBE', { id: 's' });
    expect(world.queues.waiting('queue/jobs')).toEqual(['a', 'b']);
    const [receipt] = await client.do('ACK', { ...naming(version, messages[0]), receipt: 'r' });
    expect(receipt?.command).toBe('RECEIPT');
    expect(world.queues.waiting('queue/jobs')).toEqual(['a', 'b']);
  });

  it('gets its RECEIPT for an acknowledgement when that is done', async () => {
    const world = await filled('a');
    world.queues.slow = true;
    const { client, messages } = await consume(world, version, 'client');
    const [receipt] = await client.do('ACK', { ...naming(version, messages[0]), receipt: 'r' });
    expect(receipt?.headers['receipt-id']).toBe('r');
  });

  it('acknowledges within a transaction with its COMMIT', async () => {
    const world = await filled('a', 'b');
    const { client, messages } = await consume(world, version, 'client-individual');
    await client.do('BEGIN', { transaction: 't' });
    for (const message of messages)
      expect(await client.do('ACK', { ...naming(version, message), transaction: 't', receipt: 'r' })).toEqual(
        [],
      );
    expect((await client.do('COMMIT', { transaction: 't' })).map(({ command }) => command)).toEqual([
      'RECEIPT',
      'RECEIPT',
    ]);
    expect(await left(world, client)).toEqual([]);
  });

  it('can acknowledge once more what an ABORT has undone', async () => {
    const world = await filled('a', 'b');
    const { client, messages } = await consume(world, version, 'client-individual');
    await client.do('BEGIN', { transaction: 't' });
    await client.do('ACK', { ...naming(version, messages[0]), transaction: 't' });
    await client.do('NACK', { ...naming(version, messages[1]), transaction: 't' });
    expect(await client.do('ABORT', { transaction: 't' })).toEqual([]);
    await client.do('ACK', naming(version, messages[0]));
    expect((await left(world, client)).map(({ body }) => body)).toEqual(['b']);
  });

  it('loses nothing with a transaction that it does not commit', async () => {
    const world = await filled('a');
    const { client, messages } = await consume(world, version, 'client-individual');
    await client.do('BEGIN', { transaction: 't' });
    await client.do('ACK', { ...naming(version, messages[0]), transaction: 't' });
    expect((await left(world, client)).map(({ body }) => body)).toEqual(['a']);
  });

  it.each(['ACK', 'NACK'])('is told of an %s that does not say of what', async (command) => {
    const client = await new World({ options: { closesOnError: false } }).connect(version);
    const [error] = await client.do(command, { receipt: 'r' });
    expect(error?.headers).toMatchObject({ code: 'bad_request', 'receipt-id': 'r' });
  });

  it.each(['1.1', 'nonsense', '999.999', '7.x'])('may acknowledge %s, which it never had', async (id) => {
    const world = await filled('a');
    const { client } = await consume(world, version, 'client');
    const [receipt] = await client.do('ACK', { id, 'message-id': id, subscription: 's', receipt: 'r' });
    expect(receipt?.command).toBe('RECEIPT');
    expect((await left(world, client)).map(({ body }) => body)).toEqual(['a']);
  });
});

describe('a consumer', () => {
  it('without acknowledgements has its messages consumed', async () => {
    const world = await filled('a', 'b');
    const { client, messages } = await consume(world, '1.2', 'auto');
    expect(messages.map(({ body }) => body)).toEqual(['a', 'b']);
    expect(messages[0]?.headers).not.toHaveProperty('ack');
    const id = messages[0]?.headers['message-id'] ?? '';
    expect(await client.do('ACK', { id, receipt: 'r' })).toMatchObject([{ command: 'RECEIPT' }]);
    expect(await left(world, client)).toEqual([]);
  });

  it('of 1.2 is not understood by the words of 1.1', async () => {
    const { client, messages } = await consume(await filled('a'), '1.2', 'client');
    const [error] = await client.do('ACK', naming('1.1', messages[0]));
    expect(error?.headers['code']).toBe('bad_request');
  });

  it.each(VERSIONS)('of %s may name a message in all ways at once', async (version) => {
    const world = await filled('a');
    const { client, messages } = await consume(world, version, 'client');
    const { 'message-id': id = '', subscription = '' } = messages[0]?.headers ?? {};
    await client.do('ACK', { id, 'message-id': id, subscription });
    expect(await left(world, client)).toEqual([]);
  });

  it('may copy all headers of a message into its ACK, as PHP does', async () => {
    const world = await filled('a');
    const { client, messages } = await consume(world, '1.0', 'client');
    const { 'content-length': _, ...copied } = messages[0]?.headers ?? {};
    expect(await client.do('ACK', copied)).toEqual([]);
    expect(await left(world, client)).toEqual([]);
  });

  it('acknowledges nothing of another subscription', async () => {
    const world = await filled('a', 'b');
    const client = await world.connect('1.2');
    const first = await client.do('SUBSCRIBE', {
      id: 'x',
      destination: '/queue/jobs',
      ack: 'client',
      'prefetch-count': '1',
    });
    const second = await client.do('SUBSCRIBE', { id: 'y', destination: '/queue/jobs', ack: 'client' });
    expect([first.length, second.length]).toEqual([1, 1]);
    await client.do('ACK', naming('1.2', second[0]));
    expect((await left(world, client)).map(({ body }) => body)).toEqual(['a']);
  });

  it.each([
    [{ 'prefetch-count': '2' }, 2],
    [{ 'activemq.prefetchSize': '1' }, 1],
    [{ 'prefetch-count': '0' }, 3],
    [{ 'prefetch-count': '100000' }, 3],
    [{}, 5],
  ])('that asks for %j holds so many messages: %i', async (headers, held) => {
    const world = new World({ options: { prefetch: 3 } });
    const sender = await world.connect();
    for (let n = 0; n < 5; n++) await sender.do('SEND', { destination: '/queue/jobs' }, `${n}`);
    const { client, messages } = await consume(world, '1.2', 'client-individual', headers);
    expect(messages).toHaveLength(held);
    const more = await client.do('ACK', naming('1.2', messages[0]));
    expect(more).toHaveLength(held < 5 ? 1 : 0);
  });

  it('shares the work with others', async () => {
    const world = new World();
    const consumers = [
      await consume(world, '1.0', 'client', { 'prefetch-count': '1' }),
      await consume(world, '1.2', 'client'),
    ];
    const sender = await world.connect();
    for (const body of ['a', 'b', 'c']) await sender.do('SEND', { destination: '/queue/jobs' }, body);
    expect(await consumers[0]?.client.bodies()).toEqual(['a']);
    expect(await consumers[1]?.client.bodies()).toEqual(['b', 'c']);
  });

  it('that is lost has what it acknowledged before that acknowledged', async () => {
    const world = await filled('a', 'b');
    const { client, messages } = await consume(world, '1.2', 'client-individual');
    client.send('SEND', { destination: 'slow/1' }, 'x');
    client.send('ACK', naming('1.2', messages[0]));
    expect((await left(world, client)).map(({ body }) => body)).toEqual(['b']);
  });

  it('counts as tolerated what it answers twice', async () => {
    const world = await filled('a');
    const { client, messages } = await consume(world, '1.2', 'client');
    for (let n = 0; n < 2; n++) await client.do('ACK', naming('1.2', messages[0]));
    expect(world.counted.filter((line) => line.includes('tolerated'))).toEqual([
      'signalbox_stomp_tolerated_total unknown_message',
    ]);
  });

  it('on a topic has answers that mean nothing, and are not counted', async () => {
    const world = new World();
    const client = await world.connect('1.2');
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1', ack: 'client' });
    const [message] = await client.do('SEND', { destination: 'chat/1' }, 'x');
    for (const command of ['ACK', 'NACK']) {
      const [receipt] = await client.do(command, { id: message?.headers['ack'] ?? '', receipt: 'r' });
      expect(receipt?.command).toBe('RECEIPT');
    }
    expect(world.counted).toEqual([]);
  });
});

describe('a consumer that is slow to read', () => {
  const TEN = Array.from({ length: 10 }, (_, n) => `${n}`.repeat(300));

  it('is sent no more than it takes, and everything in order', async () => {
    const world = await filled(...TEN);
    const client = await world.connect('1.2');
    client.connection.holds = true;
    const first = await client.do('SUBSCRIBE', { ...QUEUE, ack: 'client' });
    expect(first.length).toBeLessThan(5);
    for (let n = 0; n < 10; n++) client.connection.flush();
    await client.news();
    expect(client.peer.of('MESSAGE').map(({ body }) => body)).toEqual(TEN);
  });

  it('is not sent what waits for it when it has unsubscribed', async () => {
    const world = await filled(...TEN);
    const client = await world.connect('1.2');
    client.connection.holds = true;
    await client.do('SUBSCRIBE', { ...QUEUE, ack: 'client' });
    await client.do('UNSUBSCRIBE', { id: 's' });
    const before = client.peer.frames.length;
    client.connection.flush();
    expect(client.peer.frames.length).toBe(before);
    expect(world.queues.waiting('queue/jobs')).toEqual(TEN);
  });
});

describe('a transaction that sends and acknowledges', () => {
  it('acknowledges nothing where something cannot be sent', async () => {
    const world = await filled('job');
    const { client, messages } = await consume(world, '1.0', 'client');
    await client.do('BEGIN', { transaction: 't' });
    await client.do('ACK', { ...naming('1.0', messages[0]), transaction: 't' });
    await client.do('SEND', { destination: 'mail/5', transaction: 't' }, 'result');
    const [error] = await client.do('COMMIT', { transaction: 't' });
    expect(error?.headers['code']).toBe('forbidden');
    expect((await left(world, client)).map(({ body }) => body)).toEqual(['job']);
  });
});

describe('a peer with several subscriptions to one queue', () => {
  it('that goes has had each message once', async () => {
    const routes = [testRoute('work', 'work/{name}', { queue: queuePolicy({ attempts: 3 }) })];
    const world = new World({ routes, handlers: { work: broadcast } });
    const client = await world.connect();
    await client.do('SEND', { destination: 'work/1' }, 'x');
    for (const id of ['1', '2', '3', '4']) {
      await client.do('SUBSCRIBE', { id, destination: 'work/1', ack: 'client' });
    }
    await client.do('DISCONNECT');
    const heir = await world.connect();
    const [message] = await heir.do('SUBSCRIBE', { id: '1', destination: 'work/1', ack: 'client' });
    expect(message?.headers).toMatchObject({ redelivered: 'true', 'delivery-count': '2' });
  });
});
