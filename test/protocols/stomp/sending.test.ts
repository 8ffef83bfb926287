import { describe, expect, it } from 'vitest';
import { RouterError } from '../../../src/core/errors.js';
import type { Payload } from '../../../src/core/payload.js';
import type { PublishEvent } from '../../../src/core/publication.js';
import { ANONYMOUS } from '../../../src/core/session.js';
import { testBackend, testRoute, testUser } from '../../../src/testing.js';
import { ROUTES, World } from './world.js';

const VERSIONS = ['1.0', '1.1', '1.2'] as const;

/** What a handler is given. */
async function published(
  headers: Record<string, string>,
  body: string | Buffer,
): Promise<PublishEvent | undefined> {
  let seen: PublishEvent | undefined;
  const world = new World({
    handlers: { chat: { onPublish: (_session, _topic, _request, event) => void (seen = event) } },
  });
  const client = await world.connect('1.0');
  await client.do('SEND', { destination: 'chat/1', ...headers }, body);
  return seen;
}

async function payload(headers: Record<string, string>, body: string | Buffer): Promise<Payload | undefined> {
  return (await published(headers, body))?.payload;
}

describe('a sender', () => {
  it.each(VERSIONS)(
    'of %s gets its RECEIPT when the handler is done, and its own message before',
    async (version) => {
      const client = await new World().connect(version);
      await client.do('SUBSCRIBE', { id: '1', destination: 'slow/1' });
      const news = await client.do('SEND', { destination: 'slow/1', receipt: 'r' }, 'x');
      expect(news.map(({ command }) => command)).toEqual(['MESSAGE', 'RECEIPT']);
      expect(news[0]?.headers).not.toHaveProperty('receipt');
    },
  );

  it('without a receipt gets no answer', async () => {
    const client = await new World().connect();
    expect(await client.do('SEND', { destination: 'chat/1' }, 'x')).toEqual([]);
  });

  it('may say in user-id who it is, and a back end whom it sends for', async () => {
    const world = new World();
    for (const principal of [testUser('5'), testBackend()]) {
      const client = await world.connect('1.2', { principal });
      const send = { destination: 'chat/1', 'user-id': '5', receipt: 'r' };
      expect(await client.do('SEND', send, 'x')).toMatchObject([{ command: 'RECEIPT' }]);
    }
  });

  it('passes nothing on that a client may take for the word of the server', async () => {
    const world = new World();
    const listener = await world.connect('1.0');
    await listener.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    const sender = await world.connect('1.2');
    const forged = {
      'message-id': 'm',
      ' message-id': 'm',
      'subscription ': 's',
      '\tcontent-length': '1',
      redelivered: 'true',
    };
    await sender.do('SEND', { destination: 'chat/1', ...forged }, 'text');
    const [message] = await listener.news();
    const names = Object.keys(message?.headers ?? {}).sort();
    expect(names).toEqual(['content-length', 'content-type', 'destination', 'message-id', 'subscription']);
    expect(message?.headers).toMatchObject({ subscription: '1', 'content-length': '4' });
  });

  it.each([
    [{}, 'bad_request'],
    [{ destination: 'no/such/route' }, 'no_such_route'],
    [{ destination: 'mail/5' }, 'forbidden'],
    [{ destination: 'silent' }, 'not_publishable'],
    [{ destination: 'chat/1', 'user-id': '6' }, 'forbidden'],
    [{ destination: 'chat/1', expiration: 'soon' }, 'bad_request'],
    [{ destination: 'chat/1', expiration: '5', expires: '5' }, 'bad_request'],
    [{ destination: 'chat/1', 'content-type': 'application/json' }, 'bad_request'],
    [{ destination: 'signalbox.session' }, 'invalid_channel'],
  ])('of %j is refused with %s, and no RECEIPT', async (headers, code) => {
    const client = await new World().connect('1.0', { principal: testUser('5') });
    const news = await client.do('SEND', { ...headers, receipt: 'r' } as Record<string, string>, 'x');
    expect(news).toMatchObject([{ command: 'ERROR', headers: { code, 'receipt-id': 'r' } }]);
  });

  it('without a receipt is told of a refusal all the same', async () => {
    const client = await new World().connect('1.0');
    const [error] = await client.do('SEND', { destination: 'no/such/route' }, 'x');
    expect(error?.command).toBe('ERROR');
    expect(error?.headers).not.toHaveProperty('receipt-id');
  });

  it('is told nothing of what a handler threw but that it did', async () => {
    const world = new World({
      handlers: {
        chat: {
          onPublish: () => {
            throw new Error('password of the database');
          },
        },
      },
    });
    const client = await world.connect('1.0');
    const [error] = await client.do('SEND', { destination: 'chat/1' }, 'x');
    expect(error?.headers['code']).toBe('handler_failed');
    expect(JSON.stringify(error)).not.toContain('password');
  });

  it('is told what a handler refuses', async () => {
    const refusal = new RouterError('forbidden', 'no shouting', { hint: 'speak softly' });
    const world = new World({
      handlers: {
        chat: {
          onPublish: () => {
            throw refusal;
          },
        },
      },
    });
    const client = await world.connect('1.0');
    const [error] = await client.do('SEND', { destination: 'chat/1' }, 'X');
    expect(error?.headers['message']).toBe('no shouting');
    expect(error?.body).toContain('speak softly');
  });

  it('has its order kept, though the handler takes its time', async () => {
    const client = await new World().connect();
    await client.do('SUBSCRIBE', { id: '1', destination: 'slow/1' });
    for (let n = 0; n < 5; n++) client.send('SEND', { destination: 'slow/1' }, `${n}`);
    await client.news();
    await client.news();
    expect(client.peer.of('MESSAGE').map(({ body }) => body)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('that sends faster than it is served is not read for a while, and nothing is lost', async () => {
    const client = await new World().connect();
    await client.do('SUBSCRIBE', { id: '1', destination: 'slow/1' });
    const frames = Array.from({ length: 300 }, (_, n) => `SEND\ndestination:slow/1\n\n${n}\0`);
    client.peer.write(frames.join(''));
    expect(client.connection.paused).toBe(true);
    while (client.peer.of('MESSAGE').length < 300) await client.news();
    expect(client.connection.paused).toBe(false);
    expect(client.peer.of('MESSAGE').map(({ body }) => Number(body))).toEqual(
      Array.from({ length: 300 }, (_, n) => n),
    );
  });

  it('is charged for each frame of those that come together', async () => {
    const client = await new World().connect();
    client.peer.write(
      'SEND\ndestination:chat/1\n\n1\0SEND\ndestination:chat/1\n\n2\0\n\nSEND\ndestination:chat/1\n\n3\0',
    );
    expect(client.connection.charged).toBe(2);
  });
});

describe('the body of a SEND', () => {
  it.each([
    [{}, 'Sat Total: $12.50', 'text/plain', 'Sat Total: $12.50'],
    [{}, '', 'text/plain', ''],
    [{}, ' {"a":[1]} ', 'application/json', { a: [1] }],
    [{}, '[1,2]', 'application/json', [1, 2]],
    [{}, '{"a":', 'text/plain', '{"a":'],
    [{}, '{} and more', 'text/plain', '{} and more'],
    [{}, '1', 'text/plain', '1'],
    [{ 'content-type': 'application/json' }, '1', 'application/json', 1],
    [{ 'content-type': 'application/json;charset=utf-8' }, '"a"', 'application/json', 'a'],
    [{ 'content-type': 'text/plain' }, '{"a":1}', 'text/plain', '{"a":1}'],
    [{ 'content-type': 'text/csv' }, 'a;b', 'text/csv', 'a;b'],
  ])('with %j, %j is of type %s', async (headers, body, type, value) => {
    const found = await payload(headers as Record<string, string>, body);
    expect([found?.contentType, found?.value]).toEqual([type, value]);
    expect(found?.bytes.toString()).toBe(body);
  });

  it('that is no text is octets', async () => {
    const octets = Buffer.from([0xff, 0, 1]);
    const found = await payload({ 'content-length': '3' }, octets);
    expect([found?.contentType, found?.bytes, found?.isText]).toEqual([
      'application/octet-stream',
      octets,
      false,
    ]);
  });

  it('with a NUL is octets', async () => {
    const found = await payload({ 'content-length': '3', 'content-type': 'image/x' }, 'a\0b');
    expect([found?.contentType, found?.isText]).toEqual(['image/x', false]);
  });

  it('nested too deeply is no JSON', async () => {
    const found = await payload({}, `${'['.repeat(17)}${']'.repeat(17)}`);
    expect(found?.isText).toBe(true);
  });

  it('arrives octet by octet, whatever it is', async () => {
    const client = await new World().connect();
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    const octets = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const [message] = await client.do('SEND', { destination: 'chat/1', 'content-length': '256' }, octets);
    expect(message?.octets).toEqual(octets);
    expect(message?.headers['content-length']).toBe('256');
  });

  it('over limits.message is refused with the limit, and the connection ends', async () => {
    const client = await new World().connect('1.0');
    const [error] = await client.do('SEND', { destination: 'chat/1', 'content-length': '10001' }, 'x');
    expect(error?.headers).toMatchObject({ code: 'payload_too_large' });
    expect(error?.headers['message']).toContain('limits.message');
    expect(client.ended?.code).toBe(1009);
  });
});

describe('headers of a SEND', () => {
  it('reach subscribers as they are, but for those that are about the frame', async () => {
    const client = await new World().connect('1.0');
    await client.do('SUBSCRIBE', { destination: 'chat/1' });
    const passed = {
      'correlation-id': '7',
      type: 'sale',
      persistent: 'true',
      timestamp: '5',
      'x-any': 'a b',
    };
    const own = {
      receipt: 'r',
      subscription: 'forged',
      redelivered: 'true',
      ack: 'forged',
      'message-id': 'forged',
    };
    const [message] = await client.do('SEND', { destination: 'chat/1', ...passed, ...own }, 'x');
    const { destination, 'message-id': id, ...others } = message?.headers ?? {};
    expect([destination, id]).toEqual(['chat/1', expect.stringMatching(/^\d+$/)]);
    expect(others).toEqual({ ...passed, 'content-type': 'text/plain', 'content-length': '1' });
  });

  it('called like members of objects are headers like others', async () => {
    const client = await new World().connect('1.2');
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    client.peer.write('SEND\ndestination:chat/1\n__proto__:a\nconstructor:b\n\nx\0');
    expect(await client.text()).toContain('__proto__:a\nconstructor:b\n');
  });

  it('cannot become other headers, or a body, in a session of 1.0', async () => {
    const world = new World();
    const victim = await world.connect('1.0');
    await victim.do('SUBSCRIBE', { destination: 'chat/1' });
    const sender = await world.connect('1.2');
    await sender.do('SEND', { destination: 'chat/1', foo: 'a\\nmessage-id:evil\\n\\nbody' }, 'true');
    const [message] = await victim.news();
    expect(message?.body).toBe('true');
    expect(message?.headers).not.toHaveProperty('foo');
    expect(message?.headers['message-id']).not.toBe('evil');
  });

  it('say when the message expires', async () => {
    const before = Date.now();
    const span = await published({ expiration: '5000' }, 'x');
    expect(span?.expires).toBeGreaterThanOrEqual(before + 5000);
    expect((await published({ expires: '1234567' }, 'x'))?.expires).toBe(1234567);
    expect(await published({ expires: '0' }, 'x')).not.toHaveProperty('expires');
  });

  it('name nobody to be left out', async () => {
    expect(await published({ exclude: '1', eligible: '2' }, 'x')).toMatchObject({
      exclude: [],
      eligible: [],
    });
  });
});

describe('a session', () => {
  const renewing = {
    method: 'test',
    authenticate: ({ credential }: { credential?: { secret: string } }) => {
      if (credential === undefined) return ANONYMOUS;
      if (credential.secret === 'fresh') return testUser('5', { expires: Date.now() + 60_000 });
      throw new RouterError('unauthorized', 'the ticket is not known');
    },
  };

  it('is renewed by a SEND with a new ticket', async () => {
    const world = new World({ authenticator: renewing });
    const client = await world.connect('1.0', { principal: testUser('5') });
    const [receipt] = await client.do(
      'SEND',
      { destination: '/topic/signalbox.session.renew', receipt: 'r' },
      'fresh',
    );
    expect(receipt?.command).toBe('RECEIPT');
    const [error] = await client.do(
      'SEND',
      { destination: 'signalbox.session.renew', receipt: 's' },
      'stale',
    );
    expect(error?.headers).toMatchObject({ code: 'unauthorized', 'receipt-id': 's' });
  });

  it('is told about itself where it has subscribed to that', async () => {
    const world = new World({ routes: ROUTES });
    const client = await world.connect('1.2', { principal: testUser('5') });
    const session = [...world.server.router.sessions][0];
    session?.notify({ type: 'expiring', in: 1000 });
    const news = await client.do('SUBSCRIBE', {
      id: 'me',
      destination: '/topic/signalbox.session',
      receipt: 'r',
    });
    expect(news.map(({ command }) => command)).toEqual(['RECEIPT', 'MESSAGE']);
    expect(news[1]).toMatchObject({
      headers: { subscription: 'me', destination: '/topic/signalbox.session' },
      body: '{"type":"expiring","in":1000}',
    });
    await client.do('UNSUBSCRIBE', { id: 'me' });
    session?.notify({ type: 'expiring', in: 500 });
    expect(await client.news()).toEqual([]);
  });

  it('reads what others publish as values', async () => {
    const world = new World({ routes: [testRoute('chat', 'chat/{room}')] });
    const client = await world.connect();
    await client.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    await world.server.connect().publish('chat/1', { a: ['é', 1] });
    expect(await client.news()).toMatchObject([
      { headers: { 'content-type': 'application/json' }, body: '{"a":["é",1]}' },
    ]);
  });
});
