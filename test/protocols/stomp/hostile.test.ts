import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World } from './world.js';

describe('a peer that keeps to nothing', () => {
  it.each(['1.0', '1.1', '1.2'])('of %s is closed for a command that there is not', async (version) => {
    for (const command of ['send', 'SEND ', 'MESSAGE', 'FOO', '\u00e9', '__proto__']) {
      const world = new World({ options: { closesOnError: false } });
      const client = await world.connect(version);
      const [error] = await client.do(command, { destination: 'chat/1', receipt: 'r' }, 'x');
      expect(error).toMatchObject({ command: 'ERROR', headers: { code: 'bad_request', 'receipt-id': 'r' } });
      expect(client.ended).toMatchObject({ code: 4501, goodbye: true });
      expect(world.server.router.sessions.size).toBe(0);
    }
  });

  it.each([
    ['1.2', 'SEND\ndestination:chat/1\nfoo:a\\tb\n\nx\0'],
    ['1.1', 'SEND\ndestination:chat/1\nfoo:a\\rb\n\nx\0'],
    ['1.2', 'SEND\ndestination:chat/1\ncontent-length:1\n\nlonger\0'],
    ['1.2', 'SEND\ndestination:chat/1\ncontent-length:abc\n\nx\0'],
    ['1.0', 'SEND\ndestination\n\nx\0'],
    ['1.0', `SEND\n${'a:b\n'.repeat(21)}\n\0`],
    ['1.0', `SEND\nlong:${'x'.repeat(1001)}\n\n\0`],
  ])('of %s is told of a fault in a frame: %j', async (version, octets) => {
    const client = await new World({ options: { closesOnError: false } }).connect(version);
    client.peer.write(octets);
    expect(await client.news()).toMatchObject([{ command: 'ERROR' }]);
    expect(client.ended?.goodbye).toBe(true);
  });

  it.each([
    ['1.1', 'a:b'],
    ['1.2', 'a:b'],
  ])('of %s may have a colon in a value', async (version, value) => {
    const client = await new World().connect(version);
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    const [message] = await client.do('SEND', { destination: 'chat/1', foo: value }, 'x');
    expect(message?.headers['foo']).toBe('a\\cb');
  });

  it('may send a body where there is to be none', async () => {
    const client = await new World().connect();
    const [receipt] = await client.do(
      'SUBSCRIBE',
      { id: '1', destination: 'chat/1', receipt: 'r' },
      'what for',
    );
    expect(receipt?.command).toBe('RECEIPT');
  });

  it('is not heard any more once it has been told to go', async () => {
    const world = new World();
    const client = await world.connect();
    client.peer.write('FOO\n\n\0SEND\ndestination:chat/1\n\nx\0FOO\n\n\0');
    client.peer.write('SEND\ndestination:chat/1\n\nx\0');
    expect((await client.news()).map(({ command }) => command)).toEqual(['ERROR']);
  });

  const command = fc.constantFrom(
    ...['CONNECT', 'SEND', 'SUBSCRIBE', 'UNSUBSCRIBE', 'ACK', 'NACK', 'BEGIN', 'COMMIT', 'ABORT', 'FOO'],
  );
  const name = fc.constantFrom(
    ...[
      'id',
      'destination',
      'receipt',
      'transaction',
      'message-id',
      'ack',
      'reply-to',
      'content-type',
      'expires',
    ],
    ...['prefetch-count', 'selector', 'heart-beat', '__proto__', 'content-length'],
  );
  const value = fc.oneof(
    fc.constantFrom(
      'chat/1',
      '/topic/chat.*',
      '/topic/>',
      '/temp-queue/a',
      'client',
      '1',
      't',
      '',
      '\\',
      '\\n',
    ),
    fc.constantFrom('signalbox.session', 'signalbox.session.renew', 'slow/1', '/queue/>', '-1', '1e9'),
    fc.string(),
  );
  const frame = fc
    .tuple(command, fc.array(fc.tuple(name, value), { maxLength: 5 }), fc.string())
    .map(([word, headers, body]) => `${word}\n${headers.map(([n, v]) => `${n}:${v}\n`).join('')}\n${body}\0`);

  it('never breaks the server, and leaves nothing behind', async () => {
    const conversation = fc.array(fc.oneof({ weight: 9, arbitrary: frame }, fc.string()), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(conversation, fc.constantFrom('1.0', '1.1', '1.2'), async (octets, version) => {
        const world = new World({ options: { closesOnError: false } });
        const client = await world.connect(version);
        for (const piece of octets) client.peer.write(piece);
        await client.news();
        client.peer.drop();
        await client.news();
        expect(world.server.router.sessions.size).toBe(0);
        expect(world.server.router.topics.size).toBe(0);
        expect(world.replies.size).toBe(0);
        expect(world.logger.lines).not.toContain('a request could not be handled');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a WebSocket', () => {
  it('gets text that is UTF-8 as text, and octets as binary', async () => {
    const client = new World().open({ subprotocol: 'v12.stomp' }, 'websocket');
    client.connection.listener?.received(Buffer.from('CONNECT\naccept-version:1.2\n\n\0'), true);
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    await client.do('SEND', { destination: 'chat/1' }, 'é');
    await client.do('SEND', { destination: 'chat/1', 'content-length': '1' }, Buffer.from([0xff]));
    expect(client.connection.frames.map(({ binary }) => binary)).toEqual([false, false, true]);
  });

  it('whose peer begins in binary, without a sub-protocol, gets nothing but binary', async () => {
    const world = new World();
    const [flash, other] = [world.open({}, 'websocket'), await world.connect()];
    const { listener } = flash.connection;
    const write = (octets: string) => listener?.received(Buffer.from(octets), true);
    write('CONNECT\n\n\0');
    write('SUBSCRIBE\ndestination:chat/1\nreceipt:r\n\n\0');
    await other.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    write('SEND\ndestination:chat/1\n\nx\0');
    write('FOO\n\n\0');
    await flash.news();
    expect(flash.connection.frames.map(({ binary }) => binary)).toEqual([true, true, true, true]);
    expect(other.connection.frames.map(({ binary }) => binary)).toEqual([false, false]);
  });

  it('is a stream: its messages may hold parts of frames, and several', async () => {
    const client = new World().open({}, 'websocket');
    for (const part of [
      'CONN',
      'ECT\naccept-version:1.2\n',
      '\n\0\nSUBSCRIBE\nid:1\ndestination:chat/1\n\n\0SEND\nde',
    ])
      client.peer.write(part);
    client.peer.write('stination:chat/1\n\nx\0\nSEND\ndestination:chat/1\n\ny\0');
    expect(await client.bodies()).toEqual(['x', 'y']);
  });
});

describe('messages to many', () => {
  it('are the same octets for all who have one id, spelling and version', async () => {
    const world = new World();
    const clients = [await world.connect(), await world.connect(), await world.connect('1.1')];
    for (const client of clients) await client.do('SUBSCRIBE', { id: 'sub-0', destination: '/topic/chat.1' });
    await world.server.connect().publish('chat/1', 'x');
    const [a, b, c] = clients.map(({ connection }) => connection.frames.at(-1));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('say to each what it named its subscription, and how', async () => {
    const world = new World();
    const asked = [
      { id: 'a', destination: '/topic/chat.1', ack: 'auto' },
      { id: 'b', destination: '/topic/chat.1', ack: 'auto' },
      { id: 'a', destination: 'chat/1', ack: 'auto' },
      { id: 'a', destination: '/topic/chat.1', ack: 'client' },
    ];
    const clients = await Promise.all(asked.map(() => world.connect()));
    for (const [i, client] of clients.entries()) await client.do('SUBSCRIBE', asked[i]);
    await world.server.connect().publish('chat/1', 'x');
    for (const [i, client] of clients.entries()) {
      const { id = '', destination = '', ack = '' } = asked[i] ?? {};
      const [message] = await client.news();
      expect(message?.headers).toMatchObject({ subscription: id, destination });
      expect('ack' in (message?.headers ?? {})).toBe(ack === 'client');
    }
  });

  it('end without LF where stomp.trailing_lf is off', async () => {
    const client = await new World({ options: { trailingLf: false } }).connect();
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    await client.do('SEND', { destination: 'chat/1' }, 'x');
    for (const text of client.connection.texts) expect(text.endsWith('\0')).toBe(true);
  });
});
