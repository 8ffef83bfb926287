import { beforeEach, describe, expect, it } from 'vitest';
import { DISCONNECT } from '../../../src/core/errors.js';
import { TestPeer, testUser } from '../../../src/testing.js';
import { type Client, refusal, World } from './world.js';

let world: World;
let heir: Client;
let client: Client;

beforeEach(async () => {
  world = new World();
  heir = await world.join();
  await heir.subscribe('chat.a');
  client = await world.join(testUser('6'));
});

const add = (args: unknown[], kwargs: object = {}) => client.call('wamp.session.add_testament', args, kwargs);
const flush = (kwargs: object = {}) => client.call('wamp.session.flush_testaments', [], kwargs);
const id = expect.any(Number);

/** What the heir was told, without ids. */
async function inherited(): Promise<unknown[]> {
  return (await heir.news()).map((message) => message.slice(3));
}

describe('a testament', () => {
  it.each<[string, () => unknown]>([
    ['is lost', () => client.drop()],
    ['says GOODBYE', () => client.send([6, {}, 'wamp.close.normal'])],
    ['says ABORT', () => client.send([3, {}, 'x'])],
    ['breaks the rules', () => client.send([99])],
    ['is killed', () => world.server.router.disconnect({ user: '6' }, DISCONNECT.withdrawn)],
    ['is asked to go', () => client.connection.listener?.end(DISCONNECT.draining)],
  ])('is published once when its session %s', async (_name, end) => {
    expect(await add(['chat.a', ['bye'], { k: 1 }])).toEqual([50, 77, {}]);
    expect(await inherited()).toEqual([]);
    end();
    expect(await inherited()).toEqual([[{}, ['bye'], { k: 1 }]]);
    client.drop();
    expect(await inherited()).toEqual([]);
  });

  it('is not published when the identity of its session has ended', async () => {
    const expires = Date.now() + 5;
    client = await world.join(testUser('7', { expires }));
    await add(['chat.a', ['bye'], {}]);
    while (Date.now() <= expires) await new Promise((resolve) => setTimeout(resolve, 1));
    world.server.router.disconnect({ user: '7' }, DISCONNECT.expired);
    expect(await inherited()).toEqual([]);
  });

  it('is published in the order in which it was added, those of detached first', async () => {
    await add(['chat.a', [1], {}]);
    await add(['chat.a', [2], {}], { scope: 'detached' });
    await add(['chat.a', [3], {}], { scope: 'destroyed' });
    client.drop();
    expect((await inherited()).map((event) => (event as unknown[])[1])).toEqual([[2], [1], [3]]);
  });

  it('can be taken back for each scope', async () => {
    await add(['chat.a', [1], {}]);
    await add(['chat.a', [2], {}], { scope: 'detached' });
    expect(await flush()).toEqual([50, 77, {}]);
    expect(await flush()).toEqual([50, 77, {}]);
    client.drop();
    expect(await inherited()).toEqual([[{}, [2]]]);
  });

  it('takes the options of a publication', async () => {
    const other = await world.join(testUser('8'));
    await other.subscribe('chat.a');
    const options = { exclude_authid: ['5'], disclose_me: true, retain: true };
    await add(['chat/a', ['bye']], { publish_options: options });
    client.drop();
    expect(await inherited()).toEqual([]);
    expect(await other.news()).toEqual([
      [36, id, id, { publisher: client.id, publisher_authid: '6', publisher_authrole: 'user' }, ['bye']],
    ]);
    const late = await world.join(testUser('9'));
    expect(await late.ask([32, 1, { get_retained: true }, 'chat.a'])).toHaveLength(2);
  });

  it.each([
    [[], {}, 'wamp.error.invalid_argument'],
    [['no.where', [], {}], {}, 'signalbox.error.no_such_route'],
    [['chat.a', 'x', {}], {}, 'wamp.error.invalid_argument'],
    [['chat.a', [], []], {}, 'wamp.error.invalid_argument'],
    [['chat.a', [], {}], { scope: 'never' }, 'wamp.error.invalid_argument'],
    [['chat.a', [], {}], { publish_options: { exclude_me: 1 } }, 'wamp.error.invalid_argument'],
    [['chat.a', [], {}], { publish_options: 'x' }, 'wamp.error.invalid_argument'],
  ])('is refused with %j and %j', async (args, kwargs, uri) => {
    expect(await add(args, kwargs)).toEqual(refusal(48, 77, uri));
  });

  it('is one of limits.testaments', async () => {
    for (const n of [1, 2, 3]) expect(await add(['chat.a', [n], {}])).toEqual([50, 77, {}]);
    expect(await add(['chat.a', [4], {}])).toEqual(refusal(48, 77, 'signalbox.error.limit_exceeded'));
  });

  it('is published with the rights of its session', async () => {
    await add(['mail.5', ['forged'], {}]);
    await heir.subscribe('mail.5');
    client.drop();
    expect(await inherited()).toEqual([]);
    expect(world.logger.lines).toContain('testament refused');
  });

  it('is for sessions of all protocols', async () => {
    const peer = new TestPeer(world.server, testUser('7'));
    await peer.call('wamp.session.add_testament', 'chat.a', ['bye'], {});
    await peer.leave();
    expect(await inherited()).toEqual([[{}, ['bye']]]);
  });
});
