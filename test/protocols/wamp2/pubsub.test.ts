import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBroker } from '../../../src/brokers/index.js';
import type { Broker } from '../../../src/core/broker.js';
import type { Principal } from '../../../src/core/session.js';
import { testBackend, testRoute, testUser } from '../../../src/testing.js';
import { type Client, ROLES, refusal, World } from './world.js';

let world: World;

beforeEach(() => {
  world = new World();
});

const STAFF: Principal = testUser('6', { roles: ['staff'] });
const id = expect.any(Number);
const events = (news: readonly (readonly unknown[])[]) => news.filter(([type]) => type === 36);

/** Joins as somebody and subscribes. */
async function subscriber(
  topic: string,
  principal: Principal = testUser('5'),
  options = {},
): Promise<Client> {
  const client = await world.join(principal);
  await client.subscribe(topic, options);
  return client;
}

describe('a WAMP v2 subscriber', () => {
  it('has its subscription before the first event, and none after it has unsubscribed', async () => {
    const [client, publisher] = [await world.join(), await world.join()];
    client.send([32, 1, {}, 'slow.a']);
    publisher.send([16, 1, {}, 'slow.a', [1]]);
    const [answer, ...more] = await client.news();
    expect(answer).toEqual([33, 1, id]);
    expect(events(more)).toHaveLength(1);
    client.send([34, 2, answer?.[2]]);
    publisher.send([16, 2, {}, 'slow.a', [2]]);
    expect(await client.news()).toEqual([[35, 2]]);
  });

  it('has one subscription for one channel, however it is written and however often it asks', async () => {
    const client = await world.join();
    const first = await client.subscribe('chat.a');
    expect(await client.subscribe('chat/a')).toBe(first);
    expect(await client.subscribe('/chat/a')).toBe(first);
    expect(await client.subscribe('chat.a', { match: 'prefix' })).not.toBe(first);
    const other = await subscriber('chat.a');
    other.send([16, 1, {}, 'chat.a', ['x']]);
    expect((await client.news()).filter(([, subscription]) => subscription === first)).toHaveLength(1);
    expect(await client.ask([34, 9, first])).toEqual([[35, 9]]);
    expect(await client.ask([34, 10, first])).toEqual([refusal(34, 10, 'wamp.error.no_such_subscription')]);
  });

  it('shares the id of its subscription with others of the channel', async () => {
    const [a, b] = [await world.join(), await world.join()];
    expect(await a.subscribe('chat.a')).toBe(await b.subscribe('chat/a'));
  });

  it.each([
    ['mail.6', {}, 'wamp.error.not_authorized'],
    ['no.where', {}, 'signalbox.error.no_such_route'],
    ['com..a', {}, 'wamp.error.invalid_uri'],
    ['a b', {}, 'wamp.error.invalid_uri'],
    ['', {}, 'wamp.error.invalid_uri'],
    ['wamp.session.on_join', {}, 'wamp.error.not_authorized'],
  ])('is refused %j', async (topic, options, uri) => {
    const client = await world.join();
    expect(await client.ask([32, 1, options, topic])).toEqual([refusal(32, 1, uri)]);
    expect(client.connection.ended).toBeUndefined();
  });

  it('gets events of patterns once for each subscription, with the topic as it writes names', async () => {
    const client = await world.join();
    const prefix = await client.subscribe('chat.', { match: 'prefix' });
    const wildcard = await client.subscribe('chat/', { match: 'wildcard' });
    const exact = await client.subscribe('chat.a');
    (await world.join()).send([16, 1, {}, 'chat.a', ['x'], { k: 1 }]);
    const news = await client.news();
    const publication = news[0]?.[2];
    expect(new Set(news)).toEqual(
      new Set([
        [36, exact, publication, {}, ['x'], { k: 1 }],
        [36, prefix, publication, { topic: 'chat.a' }, ['x'], { k: 1 }],
        [36, wildcard, publication, { topic: 'chat/a' }, ['x'], { k: 1 }],
      ]),
    );
  });

  it('gets nothing by a pattern that it may not have by name', async () => {
    const client = await subscriber('mail.', testUser('5'), { match: 'prefix' });
    const backend = await world.join(testBackend());
    backend.send([16, 1, {}, 'mail.6', ['secret']], [16, 2, {}, 'mail.5', ['mine']]);
    expect(await client.news()).toEqual([[36, id, id, { topic: 'mail.5' }, ['mine']]]);
  });

  it('gets what is retained if it asks, after its subscription and whenever it asks again', async () => {
    const publisher = await world.join();
    publisher.send([16, 1, { retain: true }, 'chat.a', [1]], [16, 2, { retain: true }, 'chat.a', [2]]);
    const client = await world.join();
    expect(await client.ask([32, 1, {}, 'chat.a'])).toEqual([[33, 1, id]]);
    for (const request of [2, 3]) {
      expect(await client.ask([32, request, { get_retained: true }, 'chat.a'])).toEqual([
        [33, request, id],
        [36, id, id, { retained: true }, [2]],
      ]);
    }
    expect(await client.ask([32, 4, { get_retained: true, match: 'prefix' }, 'chat.'])).toEqual([
      [33, 4, id],
      [36, id, id, { topic: 'chat.a', retained: true }, [2]],
    ]);
  });

  it('has one answer when what is retained cannot be had', async () => {
    const broker: Broker = Object.assign(new MemoryBroker(), {
      retained: () => Promise.reject(new Error('away')),
    });
    world = new World({ broker });
    const client = await world.join();
    expect(await client.ask([32, 1, { get_retained: true }, 'chat.a'])).toEqual([[33, 1, id]]);
    expect(world.logger.lines).toContain('retained events not sent');
  });

  it('is told of a subscription that is taken away, if it understands that', async () => {
    const plain = { ...ROLES, subscriber: { features: {} } };
    const owner = testUser('5', { roles: ['staff'] });
    const routes = [testRoute('chat', 'chat/{room}', { access: { subscribe: ['staff'] } })];
    world = new World({ routes });
    const [told, untold] = [await world.join(owner), await world.join(owner, { roles: plain })];
    const subscription = await told.subscribe('chat.a');
    await untold.subscribe('chat.a');
    world.server.router.setRights('5', { roles: [], organizations: [] });
    expect(await told.news()).toEqual([
      [
        35,
        0,
        expect.objectContaining({ subscription, reason: 'wamp.error.not_authorized', code: 'forbidden' }),
      ],
    ]);
    expect(await untold.news()).toEqual([]);
    for (const client of [told, untold]) {
      expect(await client.ask([34, 9, subscription])).toEqual([
        refusal(34, 9, 'wamp.error.no_such_subscription'),
      ]);
    }
  });

  it('may have names of letters, digits and underscores alone where URIs are strict', async () => {
    world = new World({ strictUris: true });
    const client = await world.join();
    expect(await client.ask([32, 1, {}, 'chat/a'])).toEqual([refusal(32, 1, 'wamp.error.invalid_uri')]);
    expect(await client.ask([32, 2, {}, 'chat.a'])).toEqual([[33, 2, id]]);
  });
});

describe('a WAMP v2 publisher', () => {
  it('does not receive its own event unless it wants to, and is answered after those who do', async () => {
    const client = await subscriber('chat.a');
    expect(await client.ask([16, 1, { acknowledge: true }, 'chat.a', [1]])).toEqual([[17, 1, id]]);
    const [event, answer] = await client.ask([
      16,
      2,
      { acknowledge: true, exclude_me: false },
      'chat.a',
      [2],
    ]);
    expect(event).toEqual([36, id, id, {}, [2]]);
    expect(answer).toEqual([17, 2, event?.[2]]);
  });

  it('is answered by a handler that takes its time, too', async () => {
    const client = await world.join();
    expect(await client.ask([16, 1, { acknowledge: true }, 'slow.a', [1]])).toEqual([[17, 1, id]]);
  });

  it('has an id for what its handler delivered to nobody', async () => {
    const client = await world.join();
    expect(await client.ask([16, 1, { acknowledge: true }, 'silent', [1]])).toEqual([[17, 1, id]]);
  });

  it.each([
    ['mail.5', 'wamp.error.not_authorized'],
    ['math.add', 'signalbox.error.not_publishable'],
    ['no.where', 'signalbox.error.no_such_route'],
    ['chat..a', 'wamp.error.invalid_uri'],
    ['wamp.session.on_join', 'wamp.error.not_authorized'],
    ['wamp/session/on_join', 'signalbox.error.no_such_route'],
  ])('is refused %s if it wants to know, and otherwise not answered', async (topic, uri) => {
    const client = await world.join();
    expect(await client.ask([16, 1, { acknowledge: true }, topic, [1]])).toEqual([refusal(16, 1, uri)]);
    expect(await client.ask([16, 2, {}, topic, [1]])).toEqual([]);
  });

  it.each<[string, (ids: readonly number[]) => object, string]>([
    ['nothing', () => ({}), 'bcd'],
    ['exclude', ([, b]) => ({ exclude: [b] }), 'cd'],
    ['exclude_authid', () => ({ exclude_authid: ['5'] }), 'cd'],
    ['exclude_authrole', () => ({ exclude_authrole: ['staff'] }), 'bd'],
    ['eligible', ([a, b, c]) => ({ eligible: [a, b, c] }), 'bc'],
    ['eligible_authid', () => ({ eligible_authid: ['6'] }), 'c'],
    ['eligible_authrole', () => ({ eligible_authrole: ['user', 'staff'] }), 'bc'],
    [
      'all lists together',
      ([, b, c]) => ({ eligible: [b, c], eligible_authrole: ['user'], exclude: [c] }),
      'b',
    ],
    ['an exclusion of the eligible', ([, b]) => ({ eligible: [b], exclude: [b] }), ''],
    ['no eligible session', () => ({ eligible: [] }), ''],
    ['no eligible authid', () => ({ eligible_authid: [] }), ''],
    ['no eligible authrole', () => ({ eligible_authrole: [] }), ''],
    ['empty exclusions', () => ({ exclude: [], exclude_authid: [], exclude_authrole: [] }), 'bcd'],
    ['itself', ([a]) => ({ exclude_me: false, eligible: [a] }), 'a'],
  ])('reaches whom it means with %s', async (_name, options, expected) => {
    const clients = [
      await subscriber('chat.x', testUser('4')),
      await subscriber('chat.x', testUser('5')),
      await subscriber('chat.x', STAFF),
      await subscriber('chat.x', testBackend()),
    ];
    clients[0]?.send([16, 1, options(clients.map((client) => client.id)), 'chat.x', ['hello']]);
    const received: string[] = [];
    for (const [index, client] of clients.entries()) {
      if ((await client.news()).length > 0) received.push('abcd'[index] ?? '');
    }
    expect(received.join('')).toBe(expected);
  });

  it.each([
    ['request', { disclose_me: true }, true],
    ['request', {}, false],
    ['always', {}, true],
  ] as const)(
    'is told to subscribers where disclosure is %s and it says %j: %s',
    async (disclosure, options, told) => {
      world = new World({ disclosure });
      const client = await subscriber('chat.a');
      const publisher = await world.join(STAFF);
      publisher.send([16, 1, options, 'chat.a', [1]]);
      const details = told
        ? { publisher: publisher.id, publisher_authid: '6', publisher_authrole: 'staff' }
        : {};
      expect(await client.news()).toEqual([[36, id, id, details, [1]]]);
    },
  );

  it('is refused when it wants to be told where nobody is', async () => {
    world = new World({ disclosure: 'never' });
    const client = await world.join();
    expect(await client.ask([16, 1, { acknowledge: true, disclose_me: true }, 'chat.a', [1]])).toEqual([
      refusal(16, 1, 'wamp.error.option_disallowed.disclose_me'),
    ]);
  });

  it('reaches subscribers of all serializers with the same arguments, octets included', async () => {
    const subprotocols = ['wamp.2.json', 'wamp.2.msgpack', 'wamp.2.cbor'];
    const clients: Client[] = [];
    for (const subprotocol of subprotocols) {
      const client = await world.join(testUser('5'), { subprotocol });
      await client.subscribe('chat.a');
      clients.push(client);
    }
    const publisher = await world.join(testUser('6'), { subprotocol: 'wamp.2.cbor' });
    publisher.send([16, 1, {}, 'chat.a', [Buffer.from([0, 1, 255]), 'text', null]]);
    const [json, msgpack, cbor] = await Promise.all(clients.map((client) => client.news()));
    expect(json).toEqual([[36, id, id, {}, ['\u0000AAH/', 'text', null]]]);
    for (const news of [msgpack, cbor]) {
      const [list] = (news?.[0]?.slice(4) ?? []) as [unknown[]];
      expect(Buffer.from(list[0] as Uint8Array)).toEqual(Buffer.from([0, 1, 255]));
      expect(list.slice(1)).toEqual(['text', null]);
    }
  });

  it('passes attributes of payload passthru on, in both forms', async () => {
    const client = await subscriber('chat.a');
    const publisher = await world.join();
    const options = { ppt_scheme: 'x_a', ppt_serializer: 'native', ppt_other: 'x' };
    publisher.send(
      [16, 1, options, 'chat.a', ['octets']],
      [16, 2, { enc_algo: 'x_b', enc_key: 'k' }, 'chat.a', ['y']],
    );
    expect(await client.news()).toEqual([
      [36, id, id, { ppt_scheme: 'x_a', ppt_serializer: 'native' }, ['octets']],
      [36, id, id, { enc_algo: 'x_b', enc_key: 'k' }, ['y']],
    ]);
  });
});
