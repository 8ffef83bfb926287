import { AssertionError } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { RouterError, type Session, type Topic } from 'signalbox';
import {
  type TestApplication,
  type TestApplicationOptions,
  testApplication,
  testRoute,
} from 'signalbox/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from '../support/folder.js';

let app: TestApplication | undefined;

async function start(options: TestApplicationOptions): Promise<TestApplication> {
  app = await testApplication(options);
  return app;
}

// The first one loads the built-in handlers, whose sources are compiled then.
beforeAll(async () => (await testApplication({ routes: [] })).close());

afterEach(async () => {
  const ended = app;
  app = undefined;
  await ended?.close();
});

const room = testRoute('room', 'room/{id}', {
  handler: 'broadcast',
  access: { subscribe: ['user'] },
  history: { size: 3, ttl: 60_000, durable: false },
  presence: { leaveDelay: 5000, members: 10 },
});

describe('an application in memory', () => {
  it('is the one that the settings file describes, services and all', async () => {
    const { connect } = bound(await start({ config: `${makeApplication()}/signalbox.yml` }));
    const [ann, ben] = [await connect('user:ann', { roles: ['staff'] }), await connect('user:ben')];
    const lobby = await ann.subscribe('room/lobby');
    await ann.call('rooms/ban', 'ben');
    await ben.subscribe('room/lobby').expectRefusal('handler_failed');
    await ben.call('rooms/ban', 'ann').expectRefusal('forbidden');
    await ben.publish('room/lobby', { text: 'hello', n: 1 });
    await lobby.expectDelivery({ text: 'hello' });
    await lobby.expectNothing();
  });

  it('is what the working folder says, where nothing else is said', async () => {
    await start({});
    expect(app?.settings.folder).toBe(process.cwd());
  });

  it('needs no file, and takes handlers and services of the test', async () => {
    const LIST = Symbol.for('test.list');
    class Handler {
      static readonly handler = 'listed';
      static readonly inject = [LIST];
      readonly #list: Set<string>;
      constructor(list: Set<string>) {
        this.#list = list;
      }
      onSubscribe({ principal }: Session) {
        if (!this.#list.has(principal.id ?? '')) throw new RouterError('forbidden', 'you are not listed');
      }
    }
    await start({
      routes: [testRoute('listed', 'listed')],
      topics: [Handler],
      services: [[LIST, new Set(['ann'])]],
    });
    await (await app?.connect('user:ann'))?.subscribe('listed');
    const ben = await app?.connect('user:ben');
    await ben?.subscribe('listed').expectRefusal('forbidden');
    await ben?.publish('listed', 1).expectRefusal('not_publishable');
  });

  it('has the limits and the errors of a server', async () => {
    await start({
      routes: [testRoute('slow', 'slow'), testRoute('broken', 'broken')],
      topics: {
        slow: { onSubscribe: () => sleep(60_000) },
        broken: {
          onSubscribe() {
            throw new TypeError('a mistake');
          },
        },
      },
      settings: { 'limits.handler_timeout': '50ms' },
    });
    const peer = await app?.connect();
    const asked = peer?.subscribe('slow');
    await app?.clock.advance('49ms');
    await app?.clock.advance('1ms');
    await asked?.expectRefusal('timeout');
    await peer?.subscribe('broken').expectRefusal('handler_failed');
    expect(app?.logs).toContainEqual(expect.objectContaining({ level: 'error' }));
    await app?.clock.advance('60s');
  });

  it('reads the environment only where it is given', async () => {
    const file = `${makeApplication()}/signalbox.yml`;
    const env = { SIGNALBOX_API_KEY: 'k'.repeat(32) };
    await start({ config: file, env });
    const backend = await app?.connect({ key: env.SIGNALBOX_API_KEY });
    expect(backend?.session.principal.kind).toBe('backend');
  });
});

describe('a peer of it', () => {
  it('comes back with a position, and gets what it has missed', async () => {
    const { connect, publish } = bound(await start({ routes: [room] }));
    const ann = await connect('user:ann');
    const before = await ann.subscribe('room/1');
    await publish('room/1', 'one');
    await before.expectDelivery('one');
    await ann.leave();
    await publish('room/1', 'two');
    const again = await (await connect('user:ann')).subscribe('room/1', { since: before.position });
    expect([again.recovered, again.payloads]).toEqual([true, ['two']]);
    for (const text of ['three', 'four', 'five']) await publish('room/1', text);
    const late = await (await connect('user:ann')).subscribe('room/1', { since: before.position });
    expect(late.recovered).toBe(false);
  });

  it('is whom the authenticators say it is', async () => {
    await start({ routes: [room], env: { SIGNALBOX_API_KEY: 'k'.repeat(32) } });
    const ticket = app?.ticket('ann', { roles: ['staff'] }) ?? '';
    const ann = await app?.connect({ ticket });
    expect(ann?.session.principal).toMatchObject({ kind: 'user', id: 'ann', roles: ['staff'] });
    await expect(app?.connect({ ticket })).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(app?.connect({ key: 'wrong' })).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('is told when its identity is about to end, and disconnected then', async () => {
    await start({
      routes: [room],
      settings: { 'auth.session_ttl': '10m', 'auth.expiry_warning': '1m' },
    });
    const ann = await app?.connect({ ticket: app.ticket('ann') });
    await ann?.subscribe('room/1');
    await app?.clock.advance('9m');
    await app?.clock.advance('1s');
    await ann?.expectNotice({ type: 'expiring' });
    expect(ann?.disconnected).toBeUndefined();
    await app?.clock.advance('1m');
    await ann?.expectDisconnect(4005);
    expect(ann?.session.closed).toBe(true);
  });

  it('answers for messages of a queue, or goes, and another one gets them', async () => {
    const queue = {
      durable: false,
      size: 10,
      ttl: 60_000,
      attempts: 5,
      deadLetter: undefined,
      prefetch: 1,
    };
    const { connect, publish } = bound(
      await start({ routes: [testRoute('jobs', 'jobs', { handler: 'broadcast', queue })] }),
    );
    const one = await connect('user:one');
    const jobs = await one.subscribe('jobs', { acknowledge: 'manual', prefetch: 1 });
    await publish('jobs', 'a');
    await publish('jobs', 'b');
    await jobs.expectDelivery('a');
    await jobs.expectNothing();
    await one.leave();
    const other = await (await connect('user:two')).subscribe('jobs', { acknowledge: 'manual' });
    const { message } = await other.next();
    expect(message).toMatchObject({ redelivered: true });
    await message?.acknowledge();
    await other.expectDelivery('b');
  });

  it('speaks the protocols themselves, without a socket', async () => {
    const { publish } = bound(await start({ routes: [{ ...room, access: testRoute('a', 'b').access }] }));
    const wamp = await app?.open({ subprotocol: 'wamp.2.json' });
    wamp?.send([1, 'realm1', { roles: { subscriber: {} } }]);
    await wamp?.expectMessage((text: string) => text.startsWith('[2,'));
    wamp?.send([32, 1, {}, 'room.1']);
    await wamp?.expectMessage((text: string) => text.startsWith('[33,1,'));
    const stomp = await app?.open({ stream: 'stomp' });
    stomp?.send('CONNECT\naccept-version:1.2\nhost:/\n\n\0');
    await stomp?.expectMessage(/^CONNECTED\n/);
    stomp?.send('SUBSCRIBE\nid:1\ndestination:room/1\nreceipt:r\n\n\0');
    await stomp?.expectMessage(/^RECEIPT\n/);
    await publish('room/1', { n: 1 });
    await stomp?.expectMessage(/^MESSAGE\n[\s\S]*\{"n":1\}\0\n$/);
    await wamp?.expectMessage(/\{"n":1\}/);
    wamp?.send('nonsense');
    expect(wamp?.ended).toMatchObject({ reconnect: false });
  });
});

describe('the clock of it', () => {
  it('runs timers of channels and periodic tasks when it is advanced, and never before', async () => {
    const seen: number[] = [];
    class Task {
      static readonly periodic = 'task';
      readonly interval = 30_000;
      tick() {
        seen.push(Date.now());
      }
    }
    const tick = async (topic: Topic) => void (await topic.broadcast({ at: Date.now() }));
    class Clock {
      static readonly handler = 'clock';
      readonly timers = [{ interval: 10_000, tick }];
    }
    await start({
      routes: [testRoute('clock', 'clock')],
      topics: [Task, Clock],
      clock: new Date('2026-01-01T00:00:00Z'),
    });
    const told = await (await app?.connect())?.subscribe('clock');
    await app?.clock.advance('9999ms');
    await told?.expectNothing();
    await app?.clock.advance(50_001);
    const begin = Date.parse('2026-01-01T00:00:00Z');
    expect(told?.payloads).toEqual([1, 2, 3, 4, 5, 6].map((n) => ({ at: begin + n * 10_000 })));
    expect(seen).toEqual([begin + 30_000, begin + 60_000]);
    expect(Date.now()).toBe(begin + 60_000);
    expect(new Date().toISOString()).toBe('2026-01-01T00:01:00.000Z');
  });

  it('forgets what a history keeps for a time', async () => {
    const { publish } = bound(await start({ routes: [room] }));
    await publish('room/1', 'one');
    expect(await app?.history('room/1')).toHaveLength(1);
    await app?.clock.advance('61s');
    expect(await app?.history('room/1')).toHaveLength(0);
  });

  it('tells of who has gone when the delay of the route is over', async () => {
    const { connect } = bound(await start({ routes: [room] }));
    const ann = await connect('user:ann');
    const ben = await connect('user:ben');
    await ann.subscribe('room/1');
    await ben.subscribe('room/1');
    expect((await app?.presence('room/1'))?.users).toBe(2);
    expect(await ann.presence('room/1')).toMatchObject({ users: 2 });
    await ben.leave();
    await app?.clock.advance('4s');
    expect((await app?.presence('room/1'))?.users).toBe(2);
    await app?.clock.advance('2s');
    expect((await app?.presence('room/1'))?.users).toBe(1);
  });

  it('gives the time back, and is the same for two applications at once', async () => {
    const begin = new Date('2026-01-01T00:00:00Z');
    const [one, two] = [
      await testApplication({ routes: [room], clock: begin }),
      await testApplication({ routes: [room] }),
    ];
    expect(two.clock.now).toBe(begin.getTime());
    await one.close();
    expect(Date.now()).toBe(begin.getTime());
    await two.close();
    expect(Date.now()).not.toBe(begin.getTime());
    expect(setTimeout(() => undefined, 0).constructor.name).toBe('Timeout');
  });

  it('is left alone where it is real', async () => {
    await start({ routes: [room], clock: 'real' });
    await sleep(5);
    await expect(app?.clock.advance(1)).rejects.toThrow("leave out clock: 'real'");
  });

  it('names the timers that an application leaves behind', async () => {
    const leaking = await testApplication({
      routes: [testRoute('leak', 'leak')],
      topics: { leak: { onSubscribe: () => void setInterval(() => undefined, 5000) } },
    });
    await (await leaking.connect()).subscribe('leak');
    await expect(leaking.close()).rejects.toThrow(
      /these timers have not:\n {2}an interval of 5000 ms, asked for by .*test-application\.test\.ts/,
    );
  });
});

describe('an expectation that is not met', () => {
  const fails = (promise: Promise<unknown> | undefined) =>
    promise?.then(
      () => expect.unreachable(),
      (error: unknown) => {
        expect(error).toBeInstanceOf(AssertionError);
        return (error as Error).message;
      },
    );

  it('says what was received instead', async () => {
    const { connect, publish } = bound(await start({ routes: [room] }));
    const ann = await connect('user:ann');
    const got = await ann.subscribe('room/1');
    await publish('room/1', { n: 1 });
    const patience = { within: 10 };
    expect(await fails(got.expectDelivery({ n: 2 }, patience))).toMatch(
      /^no delivery on room\/1 that matches \{ n: 2 \} came within 10 ms; unread instead: \[ \{ n: 1 \} \]; the clock stands still/,
    );
    expect(await fails(got.expectNothing())).toMatch(/none was expected: \[ \{ n: 1 \} \]$/);
    await got.next();
    expect(await fails(got.next(patience))).toContain('nothing is unread');
    expect(await fails(got.expectRefusal('forbidden', patience))).toContain('no end of the subscription');
    expect(await fails(ann.expectDisconnect(4005, patience))).toContain('no disconnect that matches 4005');
  });

  it('says what came of what was to be refused', async () => {
    const { connect } = bound(await start({ routes: [room] }));
    const [ann, nobody] = [await connect('user:ann'), await connect()];
    expect(await fails(ann.subscribe('room/1').expectRefusal('forbidden'))).toBe(
      'the subscription to room/1 by user ann was accepted; expected was the refusal forbidden',
    );
    expect(await fails(nobody.subscribe('room/1').expectRefusal('timeout'))).toMatch(
      /^the subscription to room\/1 by anonymous was refused with forbidden \(.*\); expected was the refusal timeout$/,
    );
  });

  it('says so where a handler waits for a clock that stands still', async () => {
    await start({
      routes: [testRoute('slow', 'slow')],
      topics: { slow: { onSubscribe: () => sleep(100) } },
      settings: { 'limits.handler_timeout': '10s' },
    });
    const peer = await app?.connect();
    const asked = peer?.subscribe('slow');
    expect(await fails(asked)).toMatch(
      /was not answered within 4000 ms; the clock stands still, and its next timer is due in 100 ms/,
    );
    await app?.clock.advance('100ms');
  });
});

/** An application in files, with a service that two handlers share. */
function makeApplication(): string {
  const service = "import { BANS } from './bans.mjs';\n";
  return testFolder({
    'signalbox.yml': 'routing: routing\ntopics: { handlers: topics }\n',
    'routing/rooms.yml': [
      'room: { channel: "room/{id}", handler: room, access: { subscribe: user, publish: user } }',
      'rooms: { channel: "rooms/{method}", handler: rooms, access: { call: staff } }',
    ].join('\n'),
    'topics/bans.mjs':
      "export const BANS = Symbol.for('bans');\nexport class Bans { static service = BANS; list = []; }\n",
    'topics/room.mjs': `${service}export class Room {
      static handler = 'room'; static inject = [BANS];
      constructor(bans) { this.bans = bans; }
      onSubscribe({ principal }) { if (this.bans.list.includes(principal.id)) throw new Error('banned'); }
      onPublish(session, topic, request, event) { return topic.broadcast(event.payload, event); }
    }\n`,
    'topics/rooms.mjs': `${service}export class Rooms {
      static handler = 'rooms'; static inject = [BANS];
      methods = ['ban'];
      constructor(bans) { this.bans = bans; }
      ban(session, request, { args: [user] }) { this.bans.list.push(user); }
    }\n`,
  });
}

function bound(application: TestApplication) {
  return {
    connect: application.connect.bind(application),
    publish: application.publish.bind(application),
  };
}
