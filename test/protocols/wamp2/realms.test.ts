import { beforeEach, describe, expect, it } from 'vitest';
import { Realms } from '../../../src/app/realms.js';
import { MemoryBroker, MemoryQueues } from '../../../src/brokers/index.js';
import { DISCONNECT } from '../../../src/core/errors.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import { NULL_METER } from '../../../src/core/meter.js';
import { testBackend, testUser } from '../../../src/testing.js';
import { type Client, refusal, World } from './world.js';

const NAMES = ['realm1', 'other'];
let world: World;
let here: Client;
let there: Client;

beforeEach(async () => {
  world = new World({ realms: NAMES });
  here = await world.join(testBackend());
  there = await world.join(testBackend(), { realm: 'other' });
});

describe('between two realms', () => {
  it('no event passes', async () => {
    await there.subscribe('chat.a');
    await there.subscribe('chat.', { match: 'prefix' });
    await here.ask([16, 1, { acknowledge: true, eligible: [there.id] }, 'chat.a', [1]]);
    await here.ask([16, 2, {}, 'chat.a', [1]]);
    expect(await there.news()).toEqual([]);
  });

  it('nothing retained passes, and no history', async () => {
    await here.subscribe('news.a');
    await here.ask([16, 1, { retain: true }, 'news.a', [1]]);
    const [answer, ...more] = await there.ask([32, 1, { get_retained: true }, 'news.a']);
    expect(more).toEqual([]);
    expect(await there.call('wamp.subscription.get_events', [answer?.[2]])).toEqual([50, 77, {}, [[]]]);
  });

  it('no call passes', async () => {
    await here.register('math.add');
    expect(await there.call('math.add')).toEqual(refusal(48, 77, 'wamp.error.no_such_procedure'));
    expect(await here.news()).toEqual([]);
  });

  it('nobody sees or kills the others', async () => {
    await here.register('math.add');
    expect(await there.call('wamp.session.list')).toEqual([50, 77, {}, [[there.id]]]);
    expect(await there.call('wamp.session.get', [here.id])).toEqual(
      refusal(48, 77, 'wamp.error.no_such_session'),
    );
    expect(await there.call('wamp.session.kill', [here.id])).toEqual(
      refusal(48, 77, 'wamp.error.no_such_session'),
    );
    expect(await there.call('wamp.session.kill_all')).toEqual([50, 77, {}, [0]]);
    expect(await there.call('wamp.registration.list')).toEqual([
      50,
      77,
      {},
      [{ exact: [], prefix: [], wildcard: [] }],
    ]);
    expect(await here.news()).toEqual([]);
  });

  it('no meta event passes, and no testament', async () => {
    for (const topic of [
      'session.on_join',
      'session.on_leave',
      'subscription.on_create',
      'registration.on_create',
    ]) {
      await there.subscribe(`wamp.${topic}`);
    }
    await there.subscribe('chat.a');
    const client = await world.join();
    await client.subscribe('chat.b');
    await client.register('math.add');
    await client.call('wamp.session.add_testament', ['chat.a', ['bye'], {}]);
    client.drop();
    expect(await there.news()).toEqual([]);
  });

  it('the server ends sessions in all of them', async () => {
    const clients = [await world.join(), await world.join(testUser('5'), { realm: 'other' })];
    const limits = { queueMessages: 1, queueSize: 1 };
    const queues = new MemoryQueues({ limits, logger: NULL_LOGGER, meter: NULL_METER });
    const [main, other] = NAMES.map((name) => {
      const { router, procedures, routing } = world.in(name);
      return { name, router, procedures, broker: new MemoryBroker(), queues, routing, own: new Map() };
    });
    if (main === undefined || other === undefined) throw new Error('two realms are needed');
    const realms = new Realms(main, [other]);
    expect(realms.disconnect({ user: '5' }, DISCONNECT.withdrawn)).toBe(2);
    for (const client of clients) expect(await client.news()).toMatchObject([[6, {}, 'wamp.close.killed']]);
    expect(realms.figures.sessions).toBe(2);
  });
});
