import { describe, expect, it } from 'vitest';
import { testRoute, testUser } from '../../../src/testing.js';
import { broadcast, ROUTES, World } from './world.js';

const position = expect.stringMatching(/^[0-9a-z]+\.\d+\.[0-9a-z]+$/);
const DESTINATION = '/topic/news.a';

function serve() {
  const history = { size: 10, ttl: 60_000 };
  const world = new World({
    routes: [...ROUTES, testRoute('news', 'news/{name}', { history })],
    handlers: { news: broadcast },
  });
  const publish = async (...bodies: readonly string[]) => {
    const sender = await world.connect();
    for (const body of bodies) await sender.do('SEND', { destination: 'news/a' }, body);
  };
  const subscribe = async (headers: Readonly<Record<string, string>>, version?: string) => {
    const client = await world.connect(version);
    const replies = await client.do('SUBSCRIBE', {
      id: '7',
      destination: DESTINATION,
      receipt: 'r',
      ...headers,
    });
    return { client, replies };
  };
  return { world, publish, subscribe };
}

describe('a subscriber with the header since', () => {
  it.each(['1.0', '1.1', '1.2'])('of %s comes back and gets exactly what it missed', async (version) => {
    const { publish, subscribe } = serve();
    const before = await subscribe({ since: '' }, version);
    expect(before.replies).toMatchObject([{ command: 'RECEIPT', headers: { 'receipt-id': 'r', position } }]);
    expect(before.replies[0]?.headers).not.toHaveProperty('recovered');
    await publish('one');
    const [message] = await before.client.do('ACK', { id: 'none', 'message-id': 'none' });
    expect(message).toMatchObject({ command: 'MESSAGE', headers: { position }, body: 'one' });
    before.client.connection.drop({ code: 1006, reason: 'gone', reconnect: true });
    await publish('two', 'three');
    const { client, replies } = await subscribe({ since: message?.headers['position'] ?? '' }, version);
    expect(replies).toMatchObject([
      { command: 'RECEIPT', headers: { position: message?.headers['position'], recovered: 'true' } },
      { command: 'MESSAGE', headers: { position }, body: 'two' },
      { command: 'MESSAGE', headers: { position }, body: 'three' },
    ]);
    expect(replies).toHaveLength(3);
    expect(client.ended).toBeUndefined();
  });

  it('is told that what it missed is not known', async () => {
    const { publish, subscribe } = serve();
    await publish('one');
    const { replies } = await subscribe({ since: 'another.1.history' });
    expect(replies).toMatchObject([{ command: 'RECEIPT', headers: { position, recovered: 'false' } }]);
    expect(replies).toHaveLength(1);
  });

  it('is one that has asked: another reads nothing of positions', async () => {
    const { publish, subscribe } = serve();
    const { client, replies } = await subscribe({});
    await subscribe({ since: '' });
    await publish('one');
    const [message] = await client.do('ACK', { id: 'none' });
    for (const { headers } of [...replies, ...(message ? [message] : [])]) {
      expect(headers).not.toHaveProperty('position');
      expect(headers).not.toHaveProperty('recovered');
    }
    expect(message?.body).toBe('one');
  });

  it('cannot be told a position by another peer', async () => {
    const { world, subscribe } = serve();
    const { client } = await subscribe({});
    const sender = await world.connect();
    await sender.do('SEND', { destination: 'news/a', position: 'a.9.b', 'idempotency-key': 'secret' }, 'x');
    const [message] = await client.do('ACK', { id: 'none' });
    expect(message?.headers).not.toHaveProperty('position');
    expect(message?.headers).not.toHaveProperty('idempotency-key');
  });

  it.each([
    ['nonsense', DESTINATION],
    ['a.1.b.c', DESTINATION],
    ['a.1.b', '/topic/news.*'],
    ['a.1.b', '/topic/news.>'],
  ])('is refused %j of %s', async (since, destination) => {
    const { subscribe } = serve();
    const { replies } = await subscribe({ since, destination });
    expect(replies).toMatchObject([{ command: 'ERROR', headers: { code: 'bad_request' } }]);
  });

  it('gets positions of the channels of a pattern', async () => {
    const { publish, subscribe } = serve();
    const { client } = await subscribe({ since: '', destination: '/topic/news.*' });
    await publish('one');
    expect(await client.do('ACK', { id: 'none' })).toMatchObject([{ headers: { position } }]);
  });
});

describe('a SEND with a key or a version', () => {
  it('is published once under its key, and the receipt says what came of it', async () => {
    const { world, subscribe } = serve();
    const { client } = await subscribe({});
    const sender = await world.connect('1.2', { principal: testUser('5') });
    const send = (body: string, headers: Readonly<Record<string, string>>) =>
      sender.do('SEND', { destination: 'news/a', receipt: 's', ...headers }, body);
    const [first] = await send('one', { 'idempotency-key': 'k' });
    expect(first).toMatchObject({ command: 'RECEIPT', headers: { 'receipt-id': 's', offset: '1' } });
    expect(first?.headers).not.toHaveProperty('duplicate');
    const [second] = await send('one', { 'idempotency-key': 'k' });
    expect(second?.headers).toEqual({ ...first?.headers, duplicate: 'true' });
    await send('two', { version: '5' });
    const [old] = await send('not', { version: '4' });
    expect(old?.headers).toMatchObject({ offset: '2', superseded: 'true' });
    const heard = await client.do('ACK', { id: 'none' });
    expect(heard.map(({ body }) => body)).toEqual(['one', 'two']);
  });

  it('says so in a transaction, too', async () => {
    const { world } = serve();
    const client = await world.connect();
    await client.do('BEGIN', { transaction: 't' });
    for (const receipt of ['a', 'b'])
      await client.do(
        'SEND',
        { destination: 'news/a', transaction: 't', receipt, 'idempotency-key': 'k' },
        'x',
      );
    const receipts = await client.do('COMMIT', { transaction: 't', receipt: 'c' });
    expect(
      receipts.map(({ headers }) => [headers['receipt-id'], headers['offset'], headers['duplicate']]),
    ).toEqual([
      ['a', '1', undefined],
      ['b', '1', 'true'],
      ['c', undefined, undefined],
    ]);
  });

  it.each([
    { 'idempotency-key': 'k'.repeat(256) },
    { 'idempotency-key': '' },
    { version: '0' },
    { version: 'x' },
  ])('is refused %j', async (headers) => {
    const client = await serve().world.connect();
    const replies = await client.do('SEND', { destination: 'news/a', ...headers }, 'x');
    expect(replies).toMatchObject([{ command: 'ERROR', headers: { code: 'bad_request' } }]);
  });
});
