import { describe, expect, it } from 'vitest';
import { type Client, World } from './world.js';

async function audience(world: World): Promise<Client> {
  const client = await world.connect();
  await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
  return client;
}

const SEND = { destination: 'chat/1', transaction: 't' };

describe.each(['1.0', '1.1', '1.2'])('a transaction of %s', (version) => {
  it('is invisible until its COMMIT, and then there in order', async () => {
    const world = new World();
    const [listener, client] = [await audience(world), await world.connect(version)];
    await client.do('BEGIN', { transaction: 't' });
    for (const body of ['a', 'b', 'c']) await client.do('SEND', SEND, body);
    expect(await listener.bodies()).toEqual([]);
    expect(await client.do('COMMIT', { transaction: 't', receipt: 'done' })).toMatchObject([
      { command: 'RECEIPT', headers: { 'receipt-id': 'done' } },
    ]);
    expect(await listener.bodies()).toEqual(['a', 'b', 'c']);
  });

  it('gives the RECEIPT of a SEND with its COMMIT, and not before', async () => {
    const client = await new World().connect(version);
    await client.do('BEGIN', { transaction: 't', receipt: 'begun' });
    expect(await client.do('SEND', { ...SEND, receipt: 'sent' }, 'a')).toEqual([]);
    const news = await client.do('COMMIT', { transaction: 't', receipt: 'done' });
    expect(news.map(({ headers }) => headers['receipt-id'])).toEqual(['sent', 'done']);
  });

  it('that is aborted leaves nothing behind', async () => {
    const world = new World();
    const [listener, client] = [await audience(world), await world.connect(version)];
    await client.do('BEGIN', { transaction: 't' });
    await client.do('SEND', SEND, 'a');
    expect(await client.do('ABORT', { transaction: 't', receipt: 'r' })).toMatchObject([
      { command: 'RECEIPT' },
    ]);
    const [error] = await client.do('COMMIT', { transaction: 't' });
    expect(error?.headers['code']).toBe('bad_request');
    expect(await listener.bodies()).toEqual([]);
  });
});

describe('a transaction', () => {
  it.each([
    ['COMMIT', { transaction: 'x' }],
    ['ABORT', { transaction: 'x' }],
    ['SEND', { destination: 'chat/1', transaction: 'x' }],
    ['ACK', { 'message-id': '1', transaction: 'x' }],
    ['NACK', { 'message-id': '1', transaction: 'x' }],
    ['BEGIN', {}],
    ['COMMIT', {}],
    ['ABORT', {}],
    ['BEGIN', { transaction: 't' }],
  ])('that is none is refused to %s %j', async (command, headers) => {
    const client = await new World().connect('1.0');
    await client.do('BEGIN', { transaction: 't' });
    const news = await client.do(command, { ...headers, receipt: 'r' } as Record<string, string>);
    expect(news).toMatchObject([{ command: 'ERROR', headers: { code: 'bad_request', 'receipt-id': 'r' } }]);
  });

  it('may begin again by the same id when it is over', async () => {
    const client = await new World().connect('1.0');
    for (const end of ['COMMIT', 'ABORT', 'COMMIT']) {
      expect(await client.do('BEGIN', { transaction: 't' })).toEqual([]);
      expect(await client.do(end, { transaction: 't' })).toEqual([]);
    }
  });

  it('does not hold up what is not of it', async () => {
    const world = new World();
    const [listener, client] = [await audience(world), await world.connect()];
    await client.do('BEGIN', { transaction: 't' });
    await client.do('SEND', SEND, 'within');
    await client.do('SEND', { destination: 'chat/1' }, 'beside');
    expect(await listener.bodies()).toEqual(['beside']);
  });

  it('waits for each message before it says that it is done', async () => {
    const world = new World();
    const listener = await world.connect();
    await listener.do('SUBSCRIBE', { id: '1', destination: 'slow/1' });
    const client = await world.connect();
    client.send('BEGIN', { transaction: 't' });
    for (const body of ['a', 'b', 'c'])
      client.send('SEND', { destination: 'slow/1', transaction: 't' }, body);
    client.send('COMMIT', { transaction: 't', receipt: 'r' });
    while (client.peer.of('RECEIPT').length === 0) await client.news();
    expect(await listener.bodies()).toEqual(['a', 'b', 'c']);
  });

  it('stops at what is refused, and says so for its COMMIT', async () => {
    const world = new World();
    const [listener, client] = [await audience(world), await world.connect('1.0')];
    await client.do('BEGIN', { transaction: 't' });
    await client.do('SEND', SEND, 'a');
    await client.do('SEND', { destination: 'mail/5', transaction: 't', receipt: 's' }, 'b');
    await client.do('SEND', SEND, 'c');
    const news = await client.do('COMMIT', { transaction: 't', receipt: 'r' });
    expect(news).toMatchObject([{ command: 'ERROR', headers: { code: 'forbidden', 'receipt-id': 'r' } }]);
    expect(await listener.bodies()).toEqual(['a']);
  });

  it('of a peer that is lost does nothing', async () => {
    const world = new World();
    const [listener, client] = [await audience(world), await world.connect()];
    await client.do('BEGIN', { transaction: 't' });
    await client.do('SEND', SEND, 'a');
    client.peer.drop();
    expect(await listener.bodies()).toEqual([]);
  });

  it.each([
    [
      'stomp.transactions',
      ['a', 'b', 'c', 'd'].map((transaction) => ['BEGIN', { transaction }, ''] as const),
    ],
    [
      'stomp.transaction_frames',
      [
        ['BEGIN', { transaction: 't' }, ''] as const,
        ...Array.from({ length: 5 }, () => ['SEND', SEND, 'x'] as const),
      ],
    ],
    [
      'stomp.transaction_size',
      [['BEGIN', { transaction: 't' }, ''] as const, ['SEND', SEND, 'x'.repeat(4000)] as const],
    ],
  ])('is bounded by %s', async (limit, frames) => {
    const world = new World();
    const client = await world.connect('1.0');
    for (const [command, headers, body] of frames) client.send(command, headers, body);
    const news = await client.news();
    expect(news).toMatchObject([{ command: 'ERROR', headers: { code: 'limit_exceeded' } }]);
    expect(news[0]?.headers['message']).toContain(limit);
    expect(world.counted).toContain(`signalbox_limits_reached_total ${limit}`);
  });

  it.each([
    ['in all that are open', ['a', 'b', 'c'], {}, 'x'.repeat(1500)],
    ['in headers', ['a', 'a', 'a'], { long1: 'x'.repeat(900), long2: 'y'.repeat(900) }, ''],
  ])('is bounded in octets %s', async (_where, ids, headers, body) => {
    const client = await new World().connect('1.0');
    for (const transaction of new Set(ids)) client.send('BEGIN', { transaction });
    for (const transaction of ids) {
      client.send('SEND', { destination: 'chat/1', transaction, ...headers }, body);
    }
    const [error] = await client.news();
    expect(error?.headers['message']).toContain('stomp.transaction_size');
    client.send('ABORT', { transaction: ids[0] ?? '' });
    client.send('BEGIN', { transaction: 'more' });
    client.send('SEND', { destination: 'chat/1', transaction: 'more', receipt: 'r' }, body);
    expect(await client.do('COMMIT', { transaction: 'more' })).toMatchObject([{ command: 'RECEIPT' }]);
  });

  it('keeps what it was sent, though the octets it came with are gone', async () => {
    const world = new World();
    const [listener, client] = [await audience(world), await world.connect()];
    await client.do('BEGIN', { transaction: 't' });
    const octets = Buffer.from('SEND\ndestination:chat/1\ntransaction:t\n\nkept\0');
    client.connection.listener?.received(octets, false);
    octets.fill(0x78);
    await client.do('COMMIT', { transaction: 't' });
    expect(await listener.bodies()).toEqual(['kept']);
  });
});
