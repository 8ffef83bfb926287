import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { METRICS } from '../../../src/app/metric-table.js';
import { mintTicket } from '../../../src/authenticators/index.js';
import { json, LocalServer } from '../../support/local-server.js';
import { oroTicket } from '../../support/oro-tickets.js';
import { RedisServer, redisInstalled } from '../../support/redis-server.js';
import { SECRET } from '../../support/server.js';
import type { StompTestPeer } from '../../support/stomp-peer.js';
import { eventually, until } from '../../support/until.js';
import type { Wamp2TestPeer } from '../../support/wamp2-peer.js';
import { type Change, MeteredServer } from './metered-server.js';

/** What no cause below moves, and why: what is told of it is tested elsewhere, or takes too long here. */
const NOT_CAUSED: Readonly<Record<string, string>> = {
  signalbox_build_info: 'it is what it is from the start',
  signalbox_load: 'takes seconds of a loop that is late: test/app/overload.test.ts',
  signalbox_presence_failures_total: 'takes a store that fails: test/router/presence.test.ts',
  signalbox_store_pending:
    'is back at 0 as soon as the disk has answered: test/stores/embedded-store.test.ts',
};

const ROUTES = `
room: { channel: 'room/{id}', handler: broadcast }
hooked: { channel: 'hooked/{id}', handler: hooked }
owned: { channel: 'owned/{user_id}', handler: broadcast, access: { subscribe: owner } }
kept: { channel: 'kept/{id}', handler: broadcast, history: { size: 2, ttl: 1m } }
there: { channel: 'there/{id}', handler: broadcast, presence: true }
price: { channel: 'price/{id}', handler: broadcast, slow: conflate }
theirs: { channel: 'theirs/{id}', handler: procedure }
jobs: { channel: 'jobs/{id}', handler: broadcast, delivery: queue, queue: { attempts: 2 } }
hard: { channel: 'hard/{id}', handler: broadcast, delivery: queue, queue: { attempts: 2, dead_letter: dead } }
safe: { channel: 'safe/{id}', handler: broadcast, delivery: queue, durable: true }
dead: { channel: dead, handler: broadcast, delivery: queue }
`;
const HANDLERS = `
export class Hooked {
  static handler = 'hooked';
  onSubscribe() {}
  onUnsubscribe() {}
  onPublish(_session, topic, _request, event) { return topic.broadcast(event.payload, event); }
  onCall() { return 1; }
}
`;
const ACCESS =
  'access: { subscribe: anyone, publish: anyone, call: anyone, register: anyone, presence: anyone }';
const LIMITS =
  'limits: { drain: 50ms, subscriptions: 3, messages: { rate: 100/s, burst: 50 }, buffer: 256kb }';

const files = (settings: string) => ({
  'signalbox.yml': `routing: routes.yml\ntopics: { handlers: handlers }\n${ACCESS}\n${LIMITS}\n${settings}\n`,
  'routes.yml': ROUTES,
  'handlers/hooked.mjs': HANDLERS,
});

const seen = new Set<string>();

describe('each metric moves when what it counts happens, and only then', () => {
  const world: { server?: MeteredServer; peer?: Wamp2TestPeer; stomp?: StompTestPeer } = {};
  const server = () => world.server as MeteredServer;
  const peer = () => world.peer as Wamp2TestPeer;
  const stomp = () => world.stomp as StompTestPeer;

  beforeAll(async () => {
    world.server = await MeteredServer.start(
      files('store: { path: store.db }\nauth: { logins: { joe: { ticket: { env: SIGNALBOX_SECRET } } } }'),
    );
  });
  afterAll(() => world.server?.close());

  const causes: readonly (readonly [what: string, cause: () => unknown, change: Change])[] = [
    [
      'a peer connects',
      async () => (world.peer = await server().peer()),
      { 'connections{transport="websocket"}': 1, 'sessions{protocol="wamp2",transport="websocket"}': 1 },
    ],
    [
      'a peer subscribes',
      () => peer().subscribe('room/1'),
      {
        topics: 1,
        subscriptions: 1,
        'route_channels{route="room"}': 1,
        'route_subscribers{route="room"}': 1,
      },
    ],
    [
      'something is published to a subscriber',
      () => server().publish('room/1'),
      {
        ...published('room'),
        deliveries_total: 1,
        'route_deliveries_total{route="room"}': 1,
        'sent_bytes_total{transport="websocket"}': expect.any(Number),
      },
    ],
    ['something is published to nobody', () => server().publish('room/2'), published('room')],
    [
      'hooks of a handler run',
      async () => {
        await peer().subscribe('hooked/1');
        await server().publish('hooked/1');
        await peer().unsubscribe('hooked/1');
        await peer().call('hooked/1');
      },
      {
        'handler_seconds_count{route="hooked",hook="subscribe"}': 1,
        'handler_seconds_count{route="hooked",hook="unsubscribe"}': 1,
        'handler_seconds_count{route="hooked",hook="call"}': 1,
        ...published('hooked'),
        deliveries_total: 1,
        'route_deliveries_total{route="hooked"}': 1,
        calls_total: 1,
      },
    ],
    [
      'a subscribe is refused',
      () => peer().subscribe('owned/5'),
      { 'refusals_total{code="forbidden"}': 1, 'route_refusals_total{route="owned"}': 1 },
    ],
    [
      'an HTTP request is refused',
      () => server().post('/api/publish', { channel: 'room/1', payload: 1 }, 'wrong'.repeat(9)),
      { 'http_refusals_total{code="unauthorized"}': 1 },
    ],
    [
      'a limit is reached',
      async () => {
        for (const channel of ['room/3', 'room/4']) await peer().subscribe(channel);
        await peer().subscribe('room/5');
        for (const channel of ['room/3', 'room/4']) await peer().unsubscribe(channel);
      },
      {
        'limits_reached_total{limit="limits.subscriptions"}': 1,
        'refusals_total{code="limit_exceeded"}': 1,
        'route_refusals_total{route="room"}': 1,
      },
    ],
    [
      'a subscriber comes back, in time and too late',
      async () => {
        await peer().subscribe('kept/1', { _recover: true });
        await peer().unsubscribe('kept/1');
        await server().publish('kept/1');
        for (const _recover of [peer().position, '1.1.nowhere']) {
          await peer().subscribe('kept/1', { _recover });
          await peer().unsubscribe('kept/1');
        }
      },
      {
        'recoveries_total{recovered="true"}': 1,
        'recoveries_total{recovered="false"}': 1,
        ...published('kept'),
      },
    ],
    [
      'a peer is present, and another looks who is there',
      async () => {
        await peer().subscribe('there/1');
        await peer().subscribe('signalbox.presence/there/1');
      },
      {
        presence_members: 1,
        presence_watched: 1,
        topics: 2,
        subscriptions: 2,
        'route_channels{route="there"}': 1,
        'route_subscribers{route="there"}': 1,
      },
    ],
    [
      'neither any more',
      async () => {
        await peer().unsubscribe('signalbox.presence/there/1');
        await peer().unsubscribe('there/1');
      },
      {
        presence_members: -1,
        presence_watched: -1,
        topics: -2,
        subscriptions: -2,
        'route_channels{route="there"}': -1,
        'route_subscribers{route="there"}': -1,
      },
    ],
    ['a procedure is registered', () => peer().register('theirs/1'), { registrations: 1 }],
    [
      'a call is not answered',
      async () => {
        world.stomp = await server().stomp();
        void peer().call('theirs/1');
      },
      {
        calls_total: 1,
        pending_calls: 1,
        'connections{transport="websocket"}': 1,
        'sessions{protocol="stomp",transport="websocket"}': 1,
      },
    ],
    [
      'messages of a queue are held',
      () => server().publish('jobs/1'),
      { queues: 1, queue_messages: 1, ...published('jobs'), publications_total: 0 },
    ],
    [
      'a consumer takes them',
      () => stomp().ask('SUBSCRIBE', { id: '1', destination: '/topic/jobs/1', ack: 'client-individual' }),
      {
        queue_unacknowledged: 1,
        deliveries_total: 0,
        'route_deliveries_total{route="jobs"}': 1,
        topics: 1,
        subscriptions: 1,
        'route_channels{route="jobs"}': 1,
        'route_subscribers{route="jobs"}': 1,
      },
    ],
    [
      'it gives one back, and gets it again',
      () => stomp().ask('NACK', { id: ackOf() }),
      { redeliveries_total: 1, 'route_deliveries_total{route="jobs"}': 1 },
    ],
    [
      'it gives it back too often',
      () => stomp().ask('NACK', { id: ackOf() }),
      {
        'dead_letters_total{reason="attempts",kept="false"}': 1,
        queue_unacknowledged: -1,
        queue_messages: -1,
      },
    ],
    [
      'it wants no more of one for which there is a channel of dead letters',
      async () => {
        await stomp().ask('SUBSCRIBE', { id: '2', destination: '/topic/hard/1', ack: 'client-individual' });
        await server().publish('hard/1');
        await until(() => stomp().of('MESSAGE').length === 3);
        await stomp().ask('NACK', { id: ackOf(), requeue: 'false' });
        await stomp().ask('UNSUBSCRIBE', { id: '2' });
      },
      {
        'dead_letters_total{reason="rejected",kept="true"}': 1,
        queue_messages: 1,
        queues: 1,
        ...published('hard'),
        publications_total: 0,
        'route_deliveries_total{route="hard"}': 1,
        'route_publications_total{route="dead"}': 1,
      },
    ],
    [
      'a message of a durable queue is kept',
      () => server().publish('safe/1'),
      { store_commits_total: 1, queues: 1, queue_messages: 1, ...published('safe'), publications_total: 0 },
    ],
    [
      'a STOMP peer does what the specification forbids',
      async () => {
        await stomp().ask('SUBSCRIBE', { destination: '/topic/room/9' });
        await stomp().ask('UNSUBSCRIBE', { destination: '/topic/room/9' });
      },
      { 'stomp_tolerated_total{what="subscription_without_id"}': 1 },
    ],
    [
      'a peer sends more than is read of it',
      async () => {
        const busy = await server().peer();
        await Promise.all(Array.from({ length: 70 }, () => busy.call('signalbox.identity')));
        busy.close();
      },
      {
        'throttled_total{limit="messages"}': expect.any(Number),
        calls_total: 70,
        'disconnects_total{code="1000"}': 1,
      },
    ],
    [
      'a peer says what is no message',
      async () => {
        const broken = await server().peer();
        broken.say('{');
        await until(() => broken.ending !== undefined);
      },
      { 'malformed_messages_total{protocol="wamp2"}': 1, 'disconnects_total{code="4501"}': 1 },
    ],
    [
      'a connection is refused for its origin',
      () => expect(server().peer({ origin: 'https://evil.example.com' })).rejects.toThrow(),
      { 'refused_connections_total{code="forbidden"}': 1 },
    ],
    [
      'a ticket is used',
      async () => {
        const ticket = mintTicket({ user: '5', ttl: 60_000 }, SECRET);
        (await server().peer({}, `?ticket=${ticket}`)).close();
      },
      { tickets: 1, 'disconnects_total{code="1000"}': 1 },
    ],
    [
      'somebody proves who it is, and somebody does not',
      async () => {
        for (const signature of [SECRET, 'wrong'.repeat(9)]) await answer(server(), signature);
      },
      {
        'auth_challenges_total{method="ticket",outcome="accepted"}': 1,
        'auth_challenges_total{method="ticket",outcome="refused"}': 1,
        'disconnects_total{code="1000"}': 1,
        'disconnects_total{code="4500"}': 1,
      },
    ],
    [
      'a slow subscriber is not sent what a newer one takes the place of',
      async () => {
        const slow = await server().peer();
        await slow.subscribe('price/1');
        slow.pause();
        const big = 'x'.repeat(60_000);
        const isConflated = async () => (await server().value('signalbox_conflated_total')) > 0;
        while (!(await isConflated())) await server().publish('price/1', big);
        slow.vanish();
      },
      {
        conflated_total: expect.any(Number),
        ...published('price', expect.any(Number)),
        deliveries_total: expect.any(Number),
        'route_deliveries_total{route="price"}': expect.any(Number),
        'disconnects_total{code="1006"}': 1,
      },
    ],
    [
      'routes are read again',
      async () => {
        writeFileSync(
          `${server().folder}/routes.yml`,
          `${ROUTES}more: { channel: more, handler: broadcast }\n`,
        );
        await server().reload();
      },
      { routes: 1, 'reloads_total{outcome="applied"}': 1 },
    ],
    [
      'routes cannot be used',
      async () => {
        writeFileSync(`${server().folder}/routes.yml`, 'room: { handler: broadcast }');
        await server().reload();
      },
      { 'reloads_total{outcome="refused"}': 1 },
    ],
    [
      'the peer leaves',
      () => peer().close(),
      {
        'connections{transport="websocket"}': -1,
        'sessions{protocol="wamp2",transport="websocket"}': -1,
        'disconnects_total{code="1000"}': 1,
        topics: -1,
        subscriptions: -1,
        'route_channels{route="room"}': -1,
        'route_subscribers{route="room"}': -1,
        registrations: -1,
        pending_calls: -1,
      },
    ],
  ];

  it.each(causes)('when %s', async (_what, cause, change) => {
    await expectChange(server(), cause, change);
  });

  function ackOf(): string {
    return stomp().of('MESSAGE').at(-1)?.headers['ack'] ?? '';
  }
});

describe('each metric of identity moves when what it counts happens, and only then', () => {
  it('when the application is asked, keys are fetched, and an Oro ticket is checked', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const application = await LocalServer.start(json({ user: '5' }));
    const issuer = await LocalServer.start(
      json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] }),
    );
    const server = await MeteredServer.start(
      files(`auth:
  oro: { secret: 'ThisTokenIsNotSoSecretChangeIt', accounts: 'postgres://127.0.0.1:1/none' }
  jwt: { algorithms: [ES256], jwks: '${issuer.url}', audience: live }
  http: { url: '${application.url}', cookies: [PHPSESSID], cache: 1ms }`),
    );
    onTestFinished(() => server.close());
    const knock = (headers: Readonly<Record<string, string>>, query = '') =>
      server.peer(headers, query).then(
        (peer) => peer.close(),
        () => undefined,
      );
    const origin = new URL(server.url).origin;
    await expectChange(server, () => knock({ cookie: 'PHPSESSID=abc', origin }), {
      'auth_questions_total{outcome="user"}': 1,
      'disconnects_total{code="1000"}': 1,
    });
    application.stop();
    await expectChange(server, () => knock({ cookie: 'PHPSESSID=abcd', origin }), {
      'auth_questions_total{outcome="failed"}': 1,
      'refused_connections_total{code="unavailable"}': 1,
    });
    const token = `${encode({ alg: 'ES256', kid: 'one' })}.${encode({ sub: '5', aud: 'live' })}.AAAA`;
    await expectChange(server, () => knock({}, `?token=${token}`), {
      'jwks_fetches_total{outcome="fetched"}': 1,
      'disconnects_total{code="4500"}': 1,
    });
    await expectChange(
      server,
      () => knock({}, `?ticket=${encodeURIComponent(oroTicket({ username: 'ann' }))}`),
      {
        'oro_tickets_total{outcome="unavailable"}': 1,
        'refused_connections_total{code="unavailable"}': 1,
      },
    );
  });
});

/** What only a server of Redis moves. */
const REDIS = [
  'ready',
  'gaps_total',
  'broker_up',
  'broker_losses_total',
  'broker_roundtrip_seconds',
  'degraded_publications_total',
  'foreign_messages_total',
];

describe.skipIf(!redisInstalled)(
  'each metric of Redis moves when what it counts happens, and only then',
  () => {
    it('when Redis loses something, is away, and when others write there', async () => {
      const redis = await RedisServer.start();
      onTestFinished(() => redis.stop());
      const server = await MeteredServer.start(files(`broker: ${redis.url}`));
      onTestFinished(() => server.close());
      const peer = await server.peer();
      onTestFinished(() => peer.vanish());
      await eventually(async () =>
        expect(await server.value('signalbox_broker_roundtrip_seconds_count')).toBeGreaterThan(0),
      );
      seen.add('signalbox_broker_roundtrip_seconds');
      const listener = await server.peer();
      await peer.subscribe('room/1');
      await listener.subscribe('kept/1');
      const channels = (await redis.cli('PUBSUB', 'CHANNELS')).split('\n');
      const channel = channels.find((name) => name.endsWith('room/1')) ?? '';
      await expectChange(server, () => redis.cli('PUBLISH', channel, 'nonsense'), {
        foreign_messages_total: 1,
      });
      await server.publish('kept/1');
      await expectChange(
        server,
        async () => {
          await redis.cli('FLUSHALL');
          await server.publish('kept/1');
        },
        {
          gaps_total: 1,
          'handler_seconds_count{route="kept",hook="publish"}': 1,
          'connections{transport="websocket"}': -1,
          'sessions{protocol="wamp2",transport="websocket"}': -1,
          'disconnects_total{code="4010"}': 1,
          topics: -1,
          subscriptions: -1,
          'route_channels{route="kept"}': -1,
          'route_subscribers{route="kept"}': -1,
        },
      );
      await expectChange(server, () => redis.kill(), { broker_up: -1, ready: -1, broker_losses_total: 1 });
      await expectChange(server, () => server.publish('room/1'), {
        ...published('room'),
        degraded_publications_total: 1,
        deliveries_total: 1,
        'route_deliveries_total{route="room"}': 1,
      });
      await expectChange(server, () => redis.restart(), { broker_up: 1, ready: 1 });
    }, 60_000);
  },
);

it('no metric of the table is left out without a reason', () => {
  const missing = Object.keys(METRICS).filter(
    (name) => !seen.has(name) && !(name in NOT_CAUSED) && !isAbsent(name),
  );
  expect(missing).toEqual([]);
  expect(Object.keys(NOT_CAUSED).filter((name) => seen.has(name))).toEqual([]);
});

/** What only a server of Redis moves, where there is none. */
function isAbsent(name: string): boolean {
  return !redisInstalled && REDIS.some((one) => name === `signalbox_${one}`);
}

/** What a publication on a route moves, if it goes to nobody. */
function published(route: string, count: unknown = 1): Change {
  return {
    publications_total: count,
    [`route_publications_total{route="${route}"}`]: count,
    [`handler_seconds_count{route="${route}",hook="publish"}`]: count,
  };
}

/** `signalbox_` goes before each name. What is 0 must not change. */
async function expectChange(server: MeteredServer, cause: () => unknown, change: Change): Promise<void> {
  const named = Object.entries(change)
    .filter(([, by]) => by !== 0)
    .map(([name, by]) => [`signalbox_${name}`, by] as const);
  await server.expectChange(cause, Object.fromEntries(named));
  for (const [name] of named) seen.add(name.replace(/\{.*/, '').replace(/_seconds_count$/, '_seconds'));
}

/** Logs in as WAMP v2 asks, and leaves. */
async function answer(server: MeteredServer, signature: string): Promise<void> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, 'wamp.2.json');
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const details = { roles: { caller: {} }, authmethods: ['ticket'], authid: 'joe' };
  socket.on('open', () => send([1, 'realm1', details]));
  socket.on('message', (data: Buffer) => {
    const [type] = JSON.parse(String(data)) as [number];
    if (type === 4) send([5, signature, {}]);
    else socket.close(1000);
  });
  await once(socket, 'close');
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
