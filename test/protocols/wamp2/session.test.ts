import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DISCONNECT } from '../../../src/core/errors.js';
import type { Session } from '../../../src/core/session.js';
import { testUser } from '../../../src/testing.js';
import { ROLES, refusal, World } from './world.js';

const VIOLATION = 'wamp.error.protocol_violation';
let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => void vi.useRealTimers());

/** Nobody is known, and nothing is left of anybody. */
function expectEmpty(): void {
  const { router, procedures } = world.server;
  expect([router.sessions.size, router.topics.size, [...router.groups()].length]).toEqual([0, 0, 0]);
  expect([procedures.participants, procedures.pending, procedures.registrations.size]).toEqual([0, 0, 0]);
}

describe('a WAMP v2 peer', () => {
  it.each(['wamp.2.json', 'wamp.2.msgpack', 'wamp.2.cbor'])('is welcomed over %s', async (subprotocol) => {
    const client = world.connect(testUser('5', { roles: ['staff'] }), subprotocol);
    const welcome = await client.join('realm1');
    expect(welcome).toEqual([
      2,
      expect.any(Number),
      {
        realm: 'realm1',
        agent: 'signalbox/test',
        authid: '5',
        authrole: 'staff',
        authmethod: 'transport',
        authprovider: 'signalbox',
        roles: { broker: { features: expect.any(Object) }, dealer: { features: expect.any(Object) } },
      },
    ]);
    const { broker, dealer } = (welcome[2] as { roles: Record<string, { features: object }> }).roles;
    for (const features of [broker?.features, dealer?.features]) {
      expect(Object.values(features ?? {}).every((value) => value === true)).toBe(true);
    }
    expect(world.server.router.sessions.size).toBe(1);
  });

  it('hears nothing before its HELLO', async () => {
    expect(await world.connect().news()).toEqual([]);
    expect(world.server.router.sessions.size).toBe(0);
  });

  it('is told of a realm that is not there', async () => {
    const client = world.connect(testUser('5'));
    expect(await client.ask([1, 'nowhere', { roles: ROLES }])).toEqual([
      [3, { message: 'there is no realm nowhere' }, 'wamp.error.no_such_realm'],
    ]);
    expect(client.connection.ended?.code).toBe(1000);
  });

  it('is told that it needs a role', async () => {
    const client = world.connect(testUser('5'));
    expect(await client.ask([1, 'realm1', { roles: {} }])).toEqual([
      [3, { message: expect.any(String) }, 'wamp.error.no_such_role'],
    ]);
    expect(client.connection.ended?.code).toBe(1000);
  });

  it.each([
    ['GOODBYE', [6, {}, 'wamp.close.normal']],
    ['AUTHENTICATE', [5, 'x', {}]],
    ['SUBSCRIBE', [32, 1, {}, 'chat.a']],
    ['ERROR', [8, 68, 1, {}, 'a.b']],
    ['WELCOME', [2, 1, {}]],
    ['CHALLENGE', [4, 'ticket', {}]],
    ['an empty list', []],
    ['an unknown type', [99, 1]],
    ['a HELLO without details', [1, 'realm1']],
  ])('ends with %s before HELLO', async (_name, message) => {
    const client = world.connect(testUser('5'));
    const news = await client.ask(message);
    expect(news).toEqual([[3, { message: expect.any(String) }, VIOLATION]]);
    expect(client.connection.ended).toMatchObject({ code: 4501, reconnect: false });
    expect(world.malformed).toHaveLength(1);
    expectEmpty();
  });

  it.each([
    ['a second HELLO', [1, 'realm1', { roles: ROLES }]],
    ['WELCOME', [2, 1, {}]],
    ['CHALLENGE', [4, 'x', {}]],
    ['AUTHENTICATE', [5, 'x', {}]],
    ['an empty list', []],
    ['an unknown type', [99, 1]],
    ['an EVENT', [36, 1, 2, {}]],
    ['a YIELD for an invocation that there was not', [70, 1, {}]],
    ['an ERROR for an invocation that there was not', [8, 68, 1, {}, 'a.b']],
    ['an ERROR for something else', [8, 48, 1, {}, 'a.b']],
    ['a CANCEL in a way that there is not', [49, 1, { mode: 'gently' }]],
    ['an option of the wrong kind', [16, 1, { exclude_me: 'x' }, 'chat.a']],
  ])('ends with %s within a session', async (_name, message) => {
    const client = await world.join();
    await client.subscribe('chat.a');
    await client.register('math.add');
    const news = await client.ask(message);
    expect(news).toEqual([[3, { message: expect.any(String) }, VIOLATION]]);
    expect(client.connection.ended).toMatchObject({ code: 4501, reconnect: false });
    expect(world.malformed).toHaveLength(1);
    expectEmpty();
  });

  it.each(['hello', '{}', 'null', '', '[1,', '[32,1,{},"chat.a"] x'])('ends with %j', async (text) => {
    const client = await world.join();
    client.sendRaw(text);
    expect(await client.news()).toEqual([[3, { message: expect.any(String) }, VIOLATION]]);
    expectEmpty();
  });

  it('is not heard after a violation in the same batch', async () => {
    const [bad, good] = [
      await world.join(testUser('5'), { subprotocol: 'wamp.2.json.batched' }),
      await world.join(),
    ];
    await good.subscribe('chat.a');
    bad.sendRaw('[49,1,{"mode":"gently"}]\x1e[16,1,{},"chat.a",[1]]\x1e');
    expect(await good.news()).toEqual([]);
  });

  it('is charged for each message of a batch', async () => {
    const client = world.connect(testUser('5'), 'wamp.2.json.batched');
    client.sendRaw(`${JSON.stringify([1, 'realm1', { roles: ROLES }])}\x1e`);
    expect(client.connection.charged).toBe(0);
    client.sendRaw('[32,1,{},"chat.a"]\x1e[32,2,{},"chat.b"]\x1e[32,3,{},"chat.c"]\x1e');
    expect(client.connection.charged).toBe(2);
  });

  it('gets its GOODBYE answered, has left everything, and may say HELLO again', async () => {
    const client = await world.join();
    await client.subscribe('chat.a');
    await client.register('math.add');
    expect(await client.ask([6, {}, 'any.reason'])).toEqual([[6, {}, 'wamp.close.goodbye_and_out']]);
    expectEmpty();
    expect(client.connection.ended).toBeUndefined();
    const first = client.id;
    await client.join('realm1');
    expect(client.id).not.toBe(first);
    expect(world.server.router.sessions.size).toBe(1);
  });

  it('is closed with 1000 when it says nothing more after GOODBYE', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = await world.join();
    await client.ask([6, {}, 'wamp.close.normal']);
    vi.advanceTimersByTime(500);
    expect(client.connection.ended?.code).toBe(1000);
  });

  it('may begin requests anew in a second session, with the ids of the first', async () => {
    const client = await world.join();
    const first = await client.subscribe('chat.a');
    await client.ask([6, {}, 'wamp.close.normal']);
    await client.join('realm1');
    expect(await client.ask([34, 1, first])).toEqual([refusal(34, 1, 'wamp.error.no_such_subscription')]);
  });

  it('leaves without a word with ABORT', async () => {
    const client = await world.join();
    await client.subscribe('chat.a');
    expect(await client.ask([3, {}, 'wamp.error.whatever'])).toEqual([]);
    expect(client.connection.ended?.code).toBe(1000);
    expectEmpty();
  });

  it('leaves with its connection', async () => {
    const [client, other] = [await world.join(), await world.join()];
    await client.subscribe('chat.a');
    await client.register('math.add');
    other.send([48, 1, {}, 'math.add']);
    client.drop();
    expect(await other.news()).toEqual([refusal(48, 1, 'wamp.error.canceled')]);
    other.drop();
    await other.news();
    expectEmpty();
  });

  it('is told why the server ends it, and is gone at once', async () => {
    const client = await world.join();
    await client.subscribe('chat.a');
    client.connection.listener?.end(DISCONNECT.draining);
    expect(world.server.router.sessions.size).toBe(0);
    expect(await client.news()).toEqual([
      [6, { message: 'the server restarts' }, 'wamp.close.system_shutdown'],
    ]);
    expect(client.connection.ended).toBeUndefined();
    client.send([6, {}, 'wamp.close.goodbye_and_out']);
    expect(client.connection.ended).toMatchObject({ code: 4001, reconnect: true });
  });

  it('is not heard while it is to answer a GOODBYE, and not waited for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const [client, other] = [await world.join(), await world.join()];
    await other.subscribe('chat.a');
    client.connection.listener?.end(DISCONNECT.ended);
    client.send([16, 1, {}, 'chat.a', [1]], [32, 2, {}, 'chat.a'], [1, 'realm1', { roles: ROLES }], [99]);
    client.connection.listener?.end(DISCONNECT.draining);
    expect(await client.news()).toMatchObject([[6, {}, 'wamp.close.killed']]);
    expect(await other.news()).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(client.connection.ended?.code).toBe(DISCONNECT.ended.code);
  });

  it('hears nothing after GOODBYE of what was under way', async () => {
    const client = await world.join();
    client.send([16, 1, { acknowledge: true }, 'slow.a', [1]]);
    world.server.router.disconnect({ user: '5' }, DISCONNECT.withdrawn);
    expect(await client.news()).toMatchObject([[6, {}, 'wamp.close.killed']]);
    const joining = await world.join();
    joining.send([32, 1, {}, 'slow.a']);
    world.server.router.disconnect({ user: '5' }, DISCONNECT.withdrawn);
    expect(await joining.news()).toMatchObject([[6, {}, 'wamp.close.killed']]);
  });

  it('is told ABORT when the server ends it before it has a session', async () => {
    const client = world.connect(testUser('5'));
    client.connection.listener?.end(DISCONNECT.draining);
    expect(await client.news()).toEqual([
      [3, { message: 'the server restarts' }, 'wamp.close.system_shutdown'],
    ]);
    expect(client.connection.ended?.code).toBe(4001);
  });

  it('is closed when it has not said who it is in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = world.connect();
    vi.advanceTimersByTime(9999);
    expect(client.connection.ended).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(client.connection.ended).toMatchObject({
      code: DISCONNECT.silent.code,
      reason: expect.stringContaining('limits.handshake_timeout'),
    });
  });

  it('leaves no timer behind, however it goes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ways = [
      () => world.join(),
      async () => (await world.join()).drop(),
      async () => (await world.join()).ask([3, {}, 'x']),
      async () => (await world.join()).ask([99]),
      async () => world.connect().ask([99]),
      async () => world.connect().drop(),
    ];
    for (const go of ways) await go();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told of one session too many in place of WELCOME', async () => {
    world = new World({ limits: { connectionsPerUser: 1 } });
    await world.join();
    const second = world.connect(testUser('5'));
    expect(await second.ask([1, 'realm1', { roles: ROLES }])).toEqual([
      [
        3,
        { message: expect.stringContaining('limits.connections_per_user') },
        'signalbox.error.limit_exceeded',
      ],
    ]);
    expect(second.connection.ended?.code).toBe(DISCONNECT.tooMany.code);
    expect(world.server.router.sessions.size).toBe(1);
  });

  it.each([
    ['the server', ({ id }: Session) => world.server.router.disconnect({ session: id }, DISCONNECT.ended)],
    ['whoever hears of it', (session: Session) => session.disconnect(DISCONNECT.ended)],
  ])('is not welcomed when %s ends it in the moment it is announced', async (_name, end) => {
    world.server.events.on('client_connected', ({ session }) => end(session));
    const client = world.connect(testUser('5'));
    expect(await client.ask([1, 'realm1', { roles: ROLES }])).toEqual([
      [3, { message: 'ended by the application' }, 'wamp.close.killed'],
    ]);
    expect(client.connection.ended?.code).toBe(DISCONNECT.ended.code);
    expectEmpty();
  });

  it('is read again when it ends, or its answer to the close were not heard', async () => {
    const client = await world.join();
    for (let i = 0; i < 80; i++) client.send([32, i, {}, `slow.${i}`]);
    expect(client.connection.paused).toBe(true);
    client.send([99]);
    expect(client.connection.ended?.code).toBe(4501);
    expect(client.connection.paused).toBe(false);
  });

  it('is not read while more waits than its mailbox holds', async () => {
    const client = await world.join();
    for (let i = 0; i < 100; i++) client.send([32, i, {}, `slow.${i}`]);
    expect(client.connection.paused).toBe(true);
    await vi.waitFor(() => expect(client.connection.paused).toBe(false));
    expect(world.server.router.topics.size).toBe(100);
  });
});
