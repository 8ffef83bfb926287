import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AuthAttempt } from '../../../src/core/authenticator.js';
import { RouterError } from '../../../src/core/errors.js';
import { ANONYMOUS } from '../../../src/core/session.js';
import { testUser } from '../../../src/testing.js';
import { World } from './world.js';

afterEach(() => vi.useRealTimers());

/** Lets `user` in with `secret`, and who presents nothing. */
function keeper(attempts: AuthAttempt[] = []) {
  return {
    method: 'test',
    authenticate: async (attempt: AuthAttempt) => {
      attempts.push(attempt);
      const { credential } = attempt;
      if (credential === undefined) return ANONYMOUS;
      if (credential.secret === 'secret') return testUser(credential.identity ?? 'token');
      throw new RouterError('unauthorized', 'the password is wrong');
    },
  };
}

describe('a peer that connects', () => {
  it('is told version, session, server and heart-beat, and nothing else, when it says nothing', async () => {
    const client = new World().open();
    client.peer.write('CONNECT\n\n\0');
    const text = await client.text();
    expect(text.replace(/session:\d{16}\n/, 'session:N\n')).toBe(
      'CONNECTED\nversion:1.0\nsession:N\nserver:signalbox/test\nheart-beat:0,0\n\n\0\n',
    );
  });

  it.each([
    ['1.0', '1.0'],
    ['1.1', '1.1'],
    ['1.2', '1.2'],
    ['1.0,1.1,1.2', '1.2'],
    ['1.1,1.0', '1.1'],
    ['2.0, 1.1', '1.1'],
  ])('that accepts %s speaks %s', async (accepted, spoken) => {
    const client = new World().open();
    const [connected] = await client.do('CONNECT', { 'accept-version': accepted, host: 'anything' });
    expect(connected).toMatchObject({ command: 'CONNECTED', headers: { version: spoken } });
  });

  it.each(['v10.stomp', 'v11.stomp', undefined])('may accept 1.2 by sub-protocol %s', async (subprotocol) => {
    const client = new World().open({ subprotocol });
    const [connected] = await client.do('STOMP', { 'accept-version': '1.0,1.2' });
    expect(connected?.headers['version']).toBe('1.2');
  });

  it('is told the versions there are when it speaks none of them, and is let go', async () => {
    const client = new World().open();
    const [error] = await client.do('CONNECT', { 'accept-version': '9.9' });
    expect(error).toMatchObject({ command: 'ERROR', headers: { version: '1.0,1.1,1.2' } });
    expect(client.ended).toMatchObject({ code: 4501, goodbye: true });
  });

  it.each([
    ['SEND\ndestination:chat/1\n\nx\0', 'the first frame is not CONNECT'],
    ['connect\n\n\0', 'the first frame is not CONNECT'],
    ['CONNECT \n\n\0', 'the first frame is not CONNECT'],
    ['GET / HTTP/1.1\r\nhost: x\r\n\r\n\0', 'a header without a colon'],
    ['CONNECT\nno colon\n\n\0', 'a header without a colon'],
  ])('is refused what is no CONNECT: %j', async (octets) => {
    const world = new World();
    const client = world.open();
    client.peer.write(octets);
    const [error] = await client.news();
    expect(error?.command).toBe('ERROR');
    expect(client.ended?.goodbye).toBe(true);
    expect(world.counted).toContain('signalbox_malformed_messages_total stomp');
  });

  it('cannot connect twice', async () => {
    const client = await new World().connect('1.0');
    const [error] = await client.do('CONNECT');
    expect(error).toMatchObject({ command: 'ERROR', headers: { message: 'a second CONNECT' } });
    expect(client.ended).toMatchObject({ code: 4501 });
  });

  it('is nobody with an empty login and passcode, as older browsers send them', async () => {
    const attempts: AuthAttempt[] = [];
    const client = new World({ authenticator: keeper(attempts) }).open();
    const [connected] = await client.do('CONNECT', {
      login: '',
      passcode: '',
      'accept-version': '1.1,1.0',
      'heart-beat': '10000,10000',
    });
    expect(connected?.headers).toMatchObject({ version: '1.1', 'heart-beat': '1000,1000' });
    expect(connected?.headers).not.toHaveProperty('user-name');
    expect(attempts).toEqual([{ remoteAddress: '192.0.2.1', headers: {} }]);
  });

  it('is whom its login and passcode prove', async () => {
    const attempts: AuthAttempt[] = [];
    const client = new World({ authenticator: keeper(attempts) }).open();
    const [connected] = await client.do('CONNECT', { login: 'ann', passcode: 'secret' });
    expect(connected?.headers['user-name']).toBe('ann');
    expect(attempts[0]?.credential).toEqual({ source: 'login', identity: 'ann', secret: 'secret' });
  });

  it('is whom its login proves when that is padded, as Zend_Queue pads it', async () => {
    const client = new World({ authenticator: keeper() }).open();
    const [connected] = await client.do('CONNECT', { login: ' ann', passcode: ' secret' });
    expect(connected?.headers['user-name']).toBe('ann');
  });

  it('keeps a backslash in its passcode in every version', async () => {
    const attempts: AuthAttempt[] = [];
    const client = new World({ authenticator: keeper(attempts) }).open();
    await client.do('CONNECT', { login: 'ann', passcode: 'a\\nb', 'accept-version': '1.2' });
    expect(attempts[0]?.credential?.secret).toBe('a\\nb');
  });

  it('is whom a token proves that stands in place of the passcode', async () => {
    const attempts: AuthAttempt[] = [];
    const client = new World({ authenticator: keeper(attempts) }).open();
    await client.do('CONNECT', { passcode: 'secret' });
    expect(attempts[0]?.credential).toEqual({ source: 'token', secret: 'secret' });
  });

  it('is told what to change when its passcode is wrong, and never what it was', async () => {
    const client = new World({ authenticator: keeper() }).open();
    const [error] = await client.do('CONNECT', { login: 'ann', passcode: 'wrong-one', receipt: 'r' });
    expect(error).toMatchObject({
      command: 'ERROR',
      headers: { message: 'the password is wrong', code: 'unauthorized', 'receipt-id': 'r' },
    });
    expect(error?.body).toMatch(
      /^the password is wrong\nsend a login and its passcode.*\nrequest r-\w{16}\n$/,
    );
    expect(error?.body).not.toContain('wrong-one');
    expect(client.ended).toMatchObject({ code: 4500, goodbye: true });
  });

  it('is refused where nobody is let in without a login', async () => {
    const client = new World({ authenticator: { method: 'none', authenticate: () => undefined } }).open();
    const [error] = await client.do('CONNECT');
    expect(error?.headers).toMatchObject({ code: 'unauthorized', message: 'login and passcode are missing' });
    expect(client.ended?.code).toBe(4500);
  });

  it('remains whom the handshake proved, whatever CONNECT says', async () => {
    const attempts: AuthAttempt[] = [];
    const world = new World({ authenticator: keeper(attempts) });
    const client = world.open({ principal: testUser('7') });
    const [connected] = await client.do('CONNECT', { login: 'ann', passcode: 'secret' });
    expect(connected?.headers['user-name']).toBe('7');
    expect(attempts).toEqual([]);
  });

  it('is refused one session too many of its user', async () => {
    const world = new World({ limits: { connectionsPerUser: 1 } });
    await world.connect('1.2', { principal: testUser('7') });
    const client = world.open({ principal: testUser('7') });
    const [error] = await client.do('CONNECT');
    expect(error?.headers).toMatchObject({ code: 'limit_exceeded' });
    expect(client.ended?.goodbye).toBe(true);
  });

  it('may send on before it is told that it is connected, in its own version', async () => {
    const world = new World({ authenticator: keeper() });
    const client = world.open();
    client.peer.write(
      'CONNECT\naccept-version:1.2\nlogin:ann\npasscode:secret\n\n\0\n' +
        'SUBSCRIBE\nid:a\\cb\ndestination:chat/1\n\n\0\r\nSEND\ndestination:chat/1\n\nearly\0',
    );
    const [connected, message] = await client.news();
    expect(connected?.command).toBe('CONNECTED');
    expect(message).toMatchObject({ headers: { subscription: 'a\\cb' }, body: 'early' });
    expect(client.connection.paused).toBe(false);
  });

  it('is given half a minute to type, and told that it is over', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const world = new World();
    const client = world.open();
    client.peer.write('CONNECT\r\n');
    vi.advanceTimersByTime(29_999);
    expect(client.ended).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(client.peer.of('ERROR')[0]?.headers).toMatchObject({ code: '4014', reconnect: 'true' });
    expect(client.ended).toMatchObject({ code: 4014 });
    expect(world.counted).toContain('signalbox_limits_reached_total stomp.connect_timeout');
  });

  it('is not timed out once it is connected', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = await new World().connect();
    vi.advanceTimersByTime(600_000);
    expect(client.ended).toBeUndefined();
  });

  it('is not welcomed when the server ends it while it is found out who it is', async () => {
    const world = new World({ authenticator: keeper() });
    const client = world.open();
    client.send('CONNECT', { login: 'ann', passcode: 'secret' });
    client.connection.listener?.end({ code: 4001, reason: 'the server restarts', reconnect: true });
    const [error, ...more] = await client.news();
    expect(error?.headers).toMatchObject({ message: 'the server restarts', code: '4001', reconnect: 'true' });
    expect(more).toEqual([]);
    expect(world.server.router.sessions.size).toBe(0);
  });
});

describe('a peer that ends its session', () => {
  it.each(['1.0', '1.1', '1.2'])('of %s gets its RECEIPT and then the end', async (version) => {
    const world = new World();
    const client = await world.connect(version);
    await client.text();
    client.send('DISCONNECT', { receipt: '77' });
    expect(await client.text()).toBe('RECEIPT\nreceipt-id:77\n\n\0\n');
    expect(client.ended).toMatchObject({ code: 1000, goodbye: true });
    expect(world.server.router.sessions.size).toBe(0);
  });

  it('without a receipt gets the end alone', async () => {
    const client = await new World().connect();
    expect(await client.do('DISCONNECT')).toEqual([]);
    expect(client.ended).toMatchObject({ code: 1000 });
  });

  it('has nothing done that it sends after DISCONNECT', async () => {
    const world = new World();
    const listener = await world.connect();
    await listener.do('SUBSCRIBE', { id: '1', destination: 'chat/1' });
    const client = await world.connect();
    client.peer.write('DISCONNECT\n\n\0SEND\ndestination:chat/1\n\ntoo late\0');
    expect(await listener.bodies()).toEqual([]);
  });

  it('has all done that it sent before it was lost, and leaves after it', async () => {
    const world = new World();
    const listener = await world.connect();
    await listener.do('SUBSCRIBE', { id: '1', destination: 'slow/1' });
    const client = await world.connect();
    for (const n of [1, 2, 3]) client.send('SEND', { destination: 'slow/1' }, `${n}`);
    client.peer.drop();
    expect(world.server.router.sessions.size).toBe(2);
    await listener.news();
    await listener.news();
    expect(listener.peer.of('MESSAGE').map(({ body }) => body)).toEqual(['1', '2', '3']);
    expect(world.server.router.sessions.size).toBe(1);
  });

  it('has all done that it sent before something malformed', async () => {
    const world = new World();
    const listener = await world.connect();
    await listener.do('SUBSCRIBE', { id: '1', destination: 'slow/1' });
    const client = await world.connect();
    client.peer.write('SEND\ndestination:slow/1\n\nfine\0SEND\nno colon\n\n\0');
    await client.news();
    expect(await listener.bodies()).toEqual(['fine']);
    expect(client.peer.of('ERROR')).toHaveLength(1);
    expect(client.ended?.code).toBe(4501);
  });

  it('is told why when the server ends it, and whether to come back', async () => {
    const client = await new World().connect('1.2', { principal: testUser('7') });
    client.connection.listener?.end({ code: 4001, reason: 'the server restarts', reconnect: true });
    const error = (await client.news()).at(-1);
    expect(error).toMatchObject({
      command: 'ERROR',
      headers: { message: 'the server restarts', code: '4001', reconnect: 'true' },
      body: 'the server restarts\nconnect again\n',
    });
    expect(client.ended).toMatchObject({ code: 4001, reconnect: true });
  });

  it('is told why when the application ends it', async () => {
    const world = new World();
    const client = await world.connect('1.0', { principal: testUser('7') });
    world.server.router.disconnect({ user: '7' }, { code: 4503, reason: 'go away', reconnect: false });
    expect((await client.news()).at(-1)?.headers).toMatchObject({ message: 'go away', reconnect: 'false' });
    expect(client.ended?.code).toBe(4503);
  });
});
