import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError } from '../../../src/core/call-error.js';
import { RouterError } from '../../../src/core/errors.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { testBackend, testRoute, testUser } from '../../../src/testing.js';
import { type Client, ROLES, ROUTES, refusal, World } from './world.js';

const CANCELED = 'wamp.error.canceled';

const handled: TopicHandler = {
  async onCall(_session, { params }, call) {
    if (params['name'] === 'sum') return (call.args as number[]).reduce((a, b) => a + b, 0);
    if (params['name'] === 'named')
      throw new CallError('com.example.gone', { args: ['x'], kwargs: { k: 1 } });
    if (params['name'] === 'parts') for (const part of [1, 2]) call.progress(part);
    if (params['name'] === 'forever') await new Promise(() => undefined);
    if (params['name'] === 'broken') throw new Error('secret');
    return 'done';
  },
};

let world: World;
let caller: Client;
let callee: Client;

beforeEach(async () => {
  const routes = [...ROUTES, testRoute('handled', 'handled/{name}')];
  world = new World({ routes, handlers: { handled } });
  caller = await world.join();
  callee = await world.join();
});

/** A callee of another client, which may announce less. */
async function simple(): Promise<Client> {
  return world.join(testUser('5'), { roles: { ...ROLES, callee: { features: {} } } });
}

/** What the caller has sent arrives at the callee under this id. */
async function invoked(client: Client = callee): Promise<number> {
  const news = await client.news();
  const invocation = news.findLast(([type]) => type === 68);
  return invocation?.[1] as number;
}

describe('a WAMP v2 callee', () => {
  it('is told that it has registered before it is invoked', async () => {
    callee.send([64, 1, {}, 'math.add']);
    caller.send([48, 1, {}, 'math.add', [1, 2], { k: 'v' }]);
    const [registered, invocation] = await callee.news();
    expect(registered).toEqual([65, 1, expect.any(Number)]);
    expect(invocation).toEqual([68, 1, registered?.[2], {}, [1, 2], { k: 'v' }]);
    callee.send([70, 1, {}, [3], { r: 1 }]);
    expect(await caller.news()).toEqual([[50, 1, {}, [3], { r: 1 }]]);
  });

  it.each([
    ['wamp.session.count', {}, 'wamp.error.invalid_uri'],
    ['math..add', {}, 'wamp.error.invalid_uri'],
    ['no.where', {}, 'signalbox.error.no_such_route'],
    ['guarded.x', {}, 'wamp.error.not_authorized'],
    ['handled.sum', {}, 'wamp.error.procedure_already_exists'],
    ['math.add', { invoke: 'whenever' }, 'wamp.error.invalid_argument'],
  ])('is refused %s with %j', async (procedure, options, uri) => {
    expect(await callee.ask([64, 1, options, procedure])).toEqual([refusal(64, 1, uri)]);
    expect(callee.connection.ended).toBeUndefined();
  });

  it('has a procedure for itself unless all share it in the same way', async () => {
    await callee.register('math.add');
    expect(await caller.ask([64, 1, {}, 'math.add'])).toEqual([
      refusal(64, 1, 'wamp.error.procedure_already_exists'),
    ]);
    const shared = await callee.register('math.sub', { invoke: 'roundrobin' });
    expect(await caller.register('math.sub', { invoke: 'roundrobin' })).toBe(shared);
  });

  it('unregisters what it has registered, and that alone', async () => {
    const id = await callee.register('math.add');
    expect(await caller.ask([66, 1, id])).toEqual([refusal(66, 1, 'wamp.error.no_such_registration')]);
    expect(await callee.ask([66, 2, id])).toEqual([[67, 2]]);
    expect(await callee.ask([66, 3, id])).toEqual([refusal(66, 3, 'wamp.error.no_such_registration')]);
    expect((await caller.call('math.add'))[4]).toBe('wamp.error.no_such_procedure');
  });

  it('is told of a registration that is taken away, if it understands that', async () => {
    const untold = await simple();
    const id = await callee.register('math.add', { invoke: 'first' });
    await untold.register('math.add', { invoke: 'first' });
    world.server.procedures.revoke(id, 'com.example.why');
    expect(await callee.news()).toEqual([[67, 0, { registration: id, reason: 'com.example.why' }]]);
    expect(await untold.news()).toEqual([]);
  });

  it('sees the name that was called where it has registered a pattern, and who calls where it may', async () => {
    await callee.register('math.', { match: 'prefix', disclose_caller: true });
    caller.send([48, 1, { timeout: 1000, receive_progress: true }, 'math.add']);
    expect(await callee.news()).toEqual([
      [
        68,
        1,
        expect.any(Number),
        {
          procedure: 'math.add',
          caller: caller.id,
          caller_authid: '5',
          caller_authrole: 'user',
          receive_progress: true,
        },
      ],
    ]);
  });

  it('may answer late what is over, and nothing happens', async () => {
    await callee.register('math.add');
    caller.send([48, 1, {}, 'math.add'], [49, 1, { mode: 'skip' }]);
    const id = await invoked();
    callee.send([70, id, {}, ['late']], [70, id, {}, ['twice']], [8, 68, id, {}, 'a.b']);
    expect(await caller.news()).toEqual([refusal(48, 1, CANCELED)]);
    expect(callee.connection.ended).toBeUndefined();
  });

  it('has its errors passed on untouched', async () => {
    await callee.register('math.add');
    caller.send([48, 1, {}, 'math.add']);
    callee.send([8, 68, await invoked(), { ppt_scheme: 'x_a' }, 'com.example.gone', [1, null], { a: [] }]);
    expect(await caller.news()).toEqual([
      [8, 48, 1, { ppt_scheme: 'x_a' }, 'com.example.gone', [1, null], { a: [] }],
    ]);
  });

  it('passes a call on by being unavailable', async () => {
    const other = await world.join();
    await callee.register('math.add', { invoke: 'first' });
    await other.register('math.add', { invoke: 'first' });
    caller.send([48, 1, {}, 'math.add', ['x']]);
    callee.send([8, 68, await invoked(), {}, 'wamp.error.unavailable']);
    other.send([70, await invoked(other), {}, ['y']]);
    expect(await caller.news()).toEqual([[50, 1, {}, ['y']]]);
  });
});

describe('a WAMP v2 caller', () => {
  it('is answered by handlers', async () => {
    expect(await caller.call('handled.sum', [1, 2, 3])).toEqual([50, 77, {}, [6]]);
    expect(await caller.call('handled/sum', [1])).toEqual([50, 77, {}, [1]]);
    expect(await caller.call('handled.named')).toEqual([8, 48, 77, {}, 'com.example.gone', ['x'], { k: 1 }]);
    expect(await caller.call('handled.broken')).toEqual(refusal(48, 77, 'signalbox.error.handler_failed'));
    expect(caller.connection.texts.join()).not.toContain('secret');
  });

  it('gets parts of a result if it wants them', async () => {
    expect(await caller.ask([48, 1, { receive_progress: true }, 'handled.parts'])).toEqual([
      [50, 1, { progress: true }, [1]],
      [50, 1, { progress: true }, [2]],
      [50, 1, {}, ['done']],
    ]);
    expect(await caller.ask([48, 2, {}, 'handled.parts'])).toEqual([[50, 2, {}, ['done']]]);
  });

  it.each([
    ['no.where', {}, 'wamp.error.no_such_procedure'],
    ['math.add', {}, 'wamp.error.no_such_procedure'],
    ['math..add', {}, 'wamp.error.invalid_uri'],
    ['signalbox.nothing', {}, 'wamp.error.no_such_procedure'],
    ['wamp.nothing', {}, 'wamp.error.not_authorized'],
    ['handled.sum', { progress: true }, 'wamp.error.feature_not_supported'],
    ['handled.sum', { ppt_scheme: 'x_a' }, 'wamp.error.feature_not_supported'],
  ])('is refused %s with %j', async (procedure, options, uri) => {
    expect(await caller.ask([48, 1, options, procedure])).toEqual([refusal(48, 1, uri)]);
  });

  it('hears from access before it hears whether there is a procedure', async () => {
    const stranger = await world.join(testBackend());
    expect((await stranger.call('guarded.x'))[4]).toBe('wamp.error.not_authorized');
  });

  it('ends with the id of a call that has no answer yet', async () => {
    await callee.register('math.add');
    caller.send([48, 1, {}, 'math.add', [1]], [48, 1, {}, 'math.add', [2]]);
    const news = await caller.news();
    expect(news).toEqual([[3, { message: expect.any(String) }, 'wamp.error.protocol_violation']]);
    expect((await callee.news()).filter(([type]) => type === 68)).toHaveLength(1);
    expect(world.server.procedures.pending).toBe(0);
  });

  it('may use the id of a call again that has been answered', async () => {
    for (let i = 0; i < 3; i++) expect(await caller.call('handled.sum', [i])).toEqual([50, 77, {}, [i]]);
  });

  it('may send its arguments in parts, whose options are those of the first', async () => {
    await callee.register('math.add');
    caller.send(
      [48, 1, { progress: true, disclose_me: true }, 'math.add', [1]],
      [48, 1, { progress: true }, 'math.add', [2]],
      [48, 1, {}, 'math.add', [3]],
    );
    const details = { caller: caller.id, caller_authid: '5', caller_authrole: 'user' };
    const registration = expect.any(Number);
    expect(await callee.news()).toEqual([
      [68, 1, registration, { ...details, progress: true }, [1]],
      [68, 1, registration, { ...details, progress: true }, [2]],
      [68, 1, registration, details, [3]],
    ]);
    callee.send([70, 1, {}, ['sum']]);
    expect(await caller.news()).toEqual([[50, 1, {}, ['sum']]]);
  });

  it.each([
    ['after the last one', [48, 1, {}, 'math.add', [3]]],
    ['of another procedure', [48, 1, {}, 'math.sub', [3]]],
  ])('ends with a part %s', async (_name, message) => {
    await callee.register('math.add');
    caller.send([48, 1, { progress: true }, 'math.add', [1]]);
    if (message[3] === 'math.add') caller.send([48, 1, {}, 'math.add', [2]]);
    expect(await caller.ask(message)).toEqual([
      [3, { message: expect.any(String) }, 'wamp.error.protocol_violation'],
    ]);
  });

  it('begins no other call with the rest of one that has been answered', async () => {
    await callee.register('math.add');
    caller.send([48, 1, { progress: true }, 'math.add', [1]]);
    callee.send([8, 68, await invoked(), {}, 'com.example.enough']);
    await caller.news();
    expect(await caller.ask([48, 1, { progress: true }, 'math.add', [2]])).toEqual([]);
    expect(await caller.ask([48, 1, {}, 'math.add', [3]])).toEqual([]);
    expect(await callee.news()).toEqual([]);
    caller.send([48, 1, {}, 'math.add', [4]]);
    expect(await callee.news()).toEqual([[68, 2, expect.any(Number), {}, [4]]]);
  });

  it('begins no other call with the rest of one that was refused', async () => {
    const part = (more: boolean) => [48, 1, { progress: more }, 'no.where', [1]];
    expect(await caller.ask(part(true))).toHaveLength(1);
    expect(await caller.ask(part(true))).toEqual([]);
    expect(await caller.ask(part(false))).toEqual([]);
    expect(await caller.ask(part(false))).toHaveLength(1);
  });

  it.each([
    ['skip', true, [CANCELED], 0],
    ['killnowait', true, [CANCELED], 1],
    [undefined, true, [CANCELED], 1],
    ['kill', true, [], 1],
    ['kill', false, [CANCELED], 0],
    ['killnowait', false, [CANCELED], 0],
  ])('cancels with %s where the callee can be interrupted: %s', async (mode, canBe, answers, interrupts) => {
    const client = canBe ? callee : await simple();
    await client.register('math.add');
    caller.send([48, 1, {}, 'math.add'], [49, 1, mode === undefined ? {} : { mode }]);
    const news = await client.news();
    expect(news.filter(([type]) => type === 69)).toEqual(
      interrupts === 0 ? [] : [[69, 1, { mode: mode ?? 'killnowait', reason: CANCELED }]],
    );
    expect((await caller.news()).map((message) => message[4])).toEqual(answers);
    client.send([70, 1, {}, ['late']]);
    expect(await caller.news()).toEqual(answers.length > 0 ? [] : [[50, 1, {}, ['late']]]);
  });

  it('is not told of what it has given up where it would fail on that, as AutobahnJS does', async () => {
    const roles = { ...ROLES, callee: { features: {} } };
    const autobahn = await world.join(testUser('5'), { roles });
    autobahn.send([48, 1, {}, 'handled.forever'], [49, 1, { mode: 'skip' }]);
    expect(await autobahn.news()).toEqual([]);
    expect(world.server.procedures.pending).toBe(0);
    expect(await autobahn.call('handled.sum', [1])).toEqual([50, 77, {}, [1]]);
  });

  it('is answered when its callee goes, and a callee may go on when its caller has gone', async () => {
    await callee.register('math.add');
    caller.send([48, 1, {}, 'math.add']);
    const id = await invoked();
    caller.drop();
    expect(await callee.news()).toEqual([[69, id, { mode: 'killnowait', reason: CANCELED }]]);
    callee.send([70, id, {}, ['late']]);
    const other = await world.join();
    other.send([48, 1, {}, 'math.add']);
    await callee.ask([6, {}, 'wamp.close.normal']);
    expect(await other.news()).toEqual([refusal(48, 1, CANCELED)]);
  });

  it('may wait for so many calls only', async () => {
    world = new World({ limits: { calls: 2 } });
    [caller, callee] = [await world.join(), await world.join()];
    await callee.register('math.add');
    caller.send(...[1, 2, 3].map((request) => [48, request, {}, 'math.add']));
    expect(await caller.news()).toEqual([refusal(48, 3, 'signalbox.error.limit_exceeded')]);
  });

  it('is told who it is before what follows a renewal is done', async () => {
    const staff = testUser('5', { roles: ['staff'], expires: Date.now() + 60_000 });
    const authenticate = vi.fn(async ({ credential }: { credential?: { secret: string } }) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (credential?.secret !== 'good') throw new RouterError('unauthorized', 'wrong');
      return staff;
    });
    world = new World({
      authenticator: { method: 'test', authenticate },
      routes: [testRoute('chat', 'chat/{room}', { access: { subscribe: ['staff'] } })],
    });
    const client = await world.join(testUser('5'));
    client.send([48, 1, {}, 'signalbox.renew', ['bad']], [32, 2, {}, 'chat.a']);
    expect(await client.news()).toEqual([
      refusal(48, 1, 'wamp.error.not_authorized'),
      refusal(32, 2, 'wamp.error.not_authorized'),
    ]);
    client.send(
      [32, 3, {}, 'signalbox.session'],
      [48, 4, {}, 'signalbox.renew', ['good']],
      [32, 5, {}, 'chat.a'],
    );
    const notice = { type: 'identity', session: String(client.id), kind: 'user', id: '5', roles: ['staff'] };
    expect(await client.news()).toEqual([
      [33, 3, Number.MAX_SAFE_INTEGER],
      [36, Number.MAX_SAFE_INTEGER, 1, {}, [expect.objectContaining(notice)]],
      [50, 4, {}, [expect.objectContaining({ id: '5', roles: ['staff'] })]],
      [33, 5, expect.any(Number)],
    ]);
  });
});
