import { describe, expect, it } from 'vitest';
import { testBackend, testUser } from '../../../src/testing.js';
import { World } from './world.js';

const VERSIONS = ['1.0', '1.1', '1.2'] as const;

describe('a subscriber', () => {
  it.each([
    ['1.0', 'subscription:7\ndestination:/topic/chat.1\nmessage-id:N\n'],
    ['1.1', 'subscription:7\ndestination:/topic/chat.1\nmessage-id:N\n'],
    ['1.2', 'subscription:7\ndestination:/topic/chat.1\nmessage-id:N\n'],
  ])('of %s gets exactly this MESSAGE', async (version, head) => {
    const world = new World();
    const client = await world.connect(version);
    client.send('SUBSCRIBE', { id: '7', destination: '/topic/chat.1' });
    await client.text();
    const sender = await world.connect();
    await sender.do('SEND', { destination: 'chat/1', priority: '4' }, 'Sat Total: $12.50 é\nItems: 3');
    const text = Buffer.from(await client.text(), 'latin1').toString('utf8');
    expect(text.replace(/message-id:\d+\n/, 'message-id:N\n')).toBe(
      `MESSAGE\n${head}content-type:text/plain\npriority:4\ncontent-length:29\n\nSat Total: $12.50 é\nItems: 3\0\n`,
    );
  });

  it('of 1.2 that answers for its messages gets a header to do it by', async () => {
    const client = await new World().connect('1.2');
    await client.do('SUBSCRIBE', { id: '7', destination: 'chat/1', ack: 'client' });
    const [message] = await client.do('SEND', { destination: 'chat/1' }, 'x');
    expect(message?.headers['ack']).toBe(message?.headers['message-id']);
    expect(await client.do('ACK', { id: message?.headers['ack'] ?? '', receipt: 'r' })).toMatchObject([
      { command: 'RECEIPT', headers: { 'receipt-id': 'r' } },
    ]);
  });

  it('of 1.0 without an id is told of no subscription', async () => {
    const client = await new World().connect('1.0');
    await client.do('SUBSCRIBE', { destination: '/topic/chat.1' });
    const [message] = await client.do('SEND', { destination: 'chat/1' }, 'x');
    expect(message?.headers).not.toHaveProperty('subscription');
  });

  it.each(['1.1', '1.2'])('of %s without an id is served by its destination', async (version) => {
    const world = new World();
    const client = await world.connect(version);
    await client.do('SUBSCRIBE', { destination: 'chat/1' });
    const [message] = await client.do('SEND', { destination: 'chat/1' }, 'x');
    expect(message?.headers['subscription']).toBe('chat/1');
    expect(world.counted).toContain('signalbox_stomp_tolerated_total subscription_without_id');
  });

  it('of one destination twice, without an id, has one subscription', async () => {
    const client = await new World().connect('1.0');
    for (const receipt of ['1', '2']) await client.do('SUBSCRIBE', { destination: 'chat/1', receipt });
    expect(client.peer.of('RECEIPT').map(({ headers }) => headers['receipt-id'])).toEqual(['1', '2']);
    expect(await client.do('SEND', { destination: 'chat/1' }, 'x')).toHaveLength(1);
  });

  it.each(VERSIONS)('of %s cannot take an id twice', async (version) => {
    const client = await new World().connect(version);
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    const [error] = await client.do('SUBSCRIBE', { id: '1', destination: 'chat/2', receipt: 'r' });
    expect(error).toMatchObject({ command: 'ERROR', headers: { 'receipt-id': 'r' } });
    expect(client.ended?.code).toBe(4501);
  });

  it('gets its RECEIPT when the subscription is live, and before its first message', async () => {
    const world = new World();
    const [client, sender] = [await world.connect(), await world.connect()];
    client.send('SUBSCRIBE', { id: '1', destination: 'slow/1', receipt: 'r' });
    sender.send('SEND', { destination: 'slow/1' }, 'x');
    expect((await client.news()).map(({ command }) => command)).toEqual(['RECEIPT', 'MESSAGE']);
  });

  it.each(['/topic/deep.a.b', 'deep.a.b', '/deep/a/b', 'deep/a/b', '/topic/deep/a/b'])(
    'of %s hears of one channel in its own spelling',
    async (destination) => {
      const client = await new World().connect();
      await client.do('SUBSCRIBE', { id: '1', destination });
      const [message] = await client.do('SEND', { destination: 'deep/a/b' }, 'x');
      expect(message?.headers['destination']).toBe(destination);
    },
  );

  it.each([
    ['/topic/deep.*.b', ['/topic/deep.a.b', '/topic/deep.c.b']],
    ['/topic/deep.>', ['/topic/deep.a.b', '/topic/deep.a.d', '/topic/deep.c.b']],
    ['/topic/deep.#', ['/topic/deep.a.b', '/topic/deep.a.d', '/topic/deep.c.b']],
    ['/deep/*/b', ['/deep/a/b', '/deep/c/b']],
    ['deep/a/>', ['deep/a/b', 'deep/a/d']],
    ['*.a.*', ['deep.a.b', 'deep.a.d']],
    ['/topic/>', ['/topic/deep/a/b', '/topic/deep/a/d', '/topic/deep/c/b']],
  ])('of the pattern %s hears of what it matches', async (destination, heard) => {
    const client = await new World().connect();
    await client.do('SUBSCRIBE', { id: '1', destination });
    for (const channel of ['deep/a/b', 'deep/a/d', 'deep/c/b']) client.send('SEND', { destination: channel });
    const news = await client.news();
    expect(news.map(({ headers }) => headers['destination'])).toEqual(heard);
  });

  it.each([
    ['/topic/a.>.b', 'feature_not_supported'],
    ['/topic/a.*.>', 'feature_not_supported'],
    ['/queue/orders.*', 'feature_not_supported'],
    ['no/such/route', 'no_such_route'],
    ['', 'bad_request'],
  ])('is refused %j with %s', async (destination, code) => {
    const client = await new World().connect('1.0');
    const [error] = await client.do('SUBSCRIBE', { id: '1', destination, receipt: 'r' });
    expect(error).toMatchObject({ command: 'ERROR', headers: { code, 'receipt-id': 'r' } });
  });

  it.each([
    ['ack', 'sometimes', 'bad_request'],
    ['prefetch-count', 'many', 'bad_request'],
    ['activemq.prefetchSize', '-1', 'bad_request'],
    ['selector', 'a = 1', 'feature_not_supported'],
    ['browser', 'true', 'feature_not_supported'],
    ['durable', 'true', 'feature_not_supported'],
    ['activemq.subscriptionName', 'x', 'feature_not_supported'],
    ['id', '/temp-queue/x', 'bad_request'],
  ])('is refused the header %s:%s', async (name, value, code) => {
    const client = await new World().connect('1.0');
    const [error] = await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1', [name]: value });
    expect(error?.headers['code']).toBe(code);
    expect(await client.do('SEND', { destination: 'chat/1' }, 'x')).toEqual([]);
  });

  it('is refused a channel that it may not have, and never receives', async () => {
    const world = new World();
    const client = await world.connect('1.0', { principal: testUser('6') });
    const [error] = await client.do('SUBSCRIBE', { id: '1', destination: '/topic/mail.5' });
    expect(error?.headers['code']).toBe('forbidden');
    const sender = await world.connect('1.2', { principal: testBackend() });
    await sender.do('SEND', { destination: 'mail/5' }, 'secret');
    expect(await client.news()).toEqual([]);
  });

  it('of a pattern hears of no channel that it may not have', async () => {
    const world = new World();
    const client = await world.connect('1.2', { principal: testUser('6') });
    await client.do('SUBSCRIBE', { id: '1', destination: '/topic/mail.*' });
    const sender = await world.connect('1.2', { principal: testBackend() });
    for (const user of ['5', '6']) await sender.do('SEND', { destination: `mail/${user}` }, user);
    expect(await client.bodies()).toEqual(['6']);
  });

  it('whose rights are taken away is told which subscription that ends, and 1.0 lives on', async () => {
    const world = new World();
    const client = await world.connect('1.0', { principal: testUser('5') });
    await client.do('SUBSCRIBE', { id: '9', destination: '/topic/mail.5' });
    const session = [...world.server.router.sessions][0];
    if (session !== undefined)
      world.server.router.renew(session, { ...session.principal, scope: ['chat/**'] });
    const [error] = await client.news();
    expect(error).toMatchObject({
      command: 'ERROR',
      headers: { code: 'forbidden', subscription: '9', destination: '/topic/mail.5' },
    });
    expect(client.ended).toBeUndefined();
    const [receipt] = await client.do('SUBSCRIBE', { id: '9', destination: 'chat/1', receipt: 'r' });
    expect(receipt?.command).toBe('RECEIPT');
  });

  it('of 1.2 whose rights are taken away is closed', async () => {
    const world = new World();
    const client = await world.connect('1.2', { principal: testUser('5') });
    await client.do('SUBSCRIBE', { id: '9', destination: '/topic/mail.5' });
    const session = [...world.server.router.sessions][0];
    if (session !== undefined)
      world.server.router.renew(session, { ...session.principal, scope: ['chat/**'] });
    expect((await client.news())[0]?.headers['subscription']).toBe('9');
    expect(client.ended).toMatchObject({ code: 4505 });
  });
});

describe('a subscriber that unsubscribes', () => {
  it.each(VERSIONS)('of %s by id hears nothing more', async (version) => {
    const client = await new World().connect(version);
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    const [receipt] = await client.do('UNSUBSCRIBE', { id: '1', receipt: 'r' });
    expect(receipt?.headers['receipt-id']).toBe('r');
    expect(await client.do('SEND', { destination: 'chat/1' }, 'x')).toEqual([]);
  });

  it('by destination hears nothing more where it gave no id', async () => {
    const client = await new World().connect('1.0');
    await client.do('SUBSCRIBE', { destination: 'chat/1' });
    await client.do('UNSUBSCRIBE', { destination: 'chat/1' });
    expect(await client.do('SEND', { destination: 'chat/1' }, 'x')).toEqual([]);
  });

  it('may subscribe by the same id again', async () => {
    const client = await new World().connect();
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    await client.do('UNSUBSCRIBE', { id: '1' });
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/2' });
    client.send('SEND', { destination: 'chat/1' }, 'one');
    expect(await client.do('SEND', { destination: 'chat/2' }, 'two')).toMatchObject([{ body: 'two' }]);
  });

  it.each([
    ['1.0', { id: '2' }],
    ['1.0', { destination: 'chat/1' }],
    ['1.0', {}],
  ])('of %s from what there is not is told so', async (version, headers) => {
    const client = await new World().connect(version);
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    const [error] = await client.do('UNSUBSCRIBE', headers);
    expect(error?.headers['code']).toBe('no_such_subscription');
  });
});

describe('a connection after a refusal', () => {
  const refused = ['SUBSCRIBE', { id: '1', destination: 'no/such/route' }] as const;

  it.each([
    ['1.0', true, false],
    ['1.1', true, true],
    ['1.2', true, true],
    ['1.1', false, false],
    ['1.2', false, false],
  ])('of %s, where stomp.on_error closes: %s, is closed: %s', async (version, closesOnError, isClosed) => {
    const client = await new World({ options: { closesOnError } }).connect(version);
    await client.do(...refused);
    expect(client.ended?.code).toBe(isClosed ? 4505 : undefined);
    const answer = await client.do('SUBSCRIBE', { id: '2', destination: 'chat/1', receipt: 'r' });
    expect(answer.map(({ command }) => command)).toEqual(isClosed ? [] : ['RECEIPT']);
  });

  it('has told exactly this', async () => {
    const client = await new World().connect('1.2');
    await client.text();
    client.send('SUBSCRIBE', { id: '1', destination: 'no/such:route', receipt: '8' });
    const body =
      'no route matches no/such:route\nsignalbox match CHANNEL shows how close each route came\nrequest r-0123456789abcdef\n';
    expect((await client.text()).replace(/r-\w{16}/, 'r-0123456789abcdef')).toBe(
      `ERROR\nmessage:no route matches no/such\\croute\ncontent-type:text/plain\ncode:no_such_route\nreceipt-id:8\ncontent-length:${body.length}\n\n${body}\0\n`,
    );
  });

  it('has written nothing of a stranger into a line of its own', async () => {
    const client = await new World().connect('1.0');
    const [error] = await client.do('SUBSCRIBE', { id: '1', destination: 'no/such\r/route' });
    expect(error?.headers['message']).not.toMatch(/[\r\n]/);
  });
});
