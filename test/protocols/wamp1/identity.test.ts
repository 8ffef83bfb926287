import { beforeEach, describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../src/core/authenticator.js';
import { RouterError } from '../../../src/core/errors.js';
import type { Principal } from '../../../src/core/session.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { Wamp1Protocol } from '../../../src/protocols/wamp1/index.js';
import { FakeConnection, TestServer, testRoute, testUser } from '../../../src/testing.js';

const NOW = Date.now();
const user = (id: string, more: Partial<Principal> = {}) => testUser(id, { expires: NOW + 600_000, ...more });

/** Knows the secrets `five`, `five-without-roles` and `six`. */
const authenticator: Authenticator = {
  method: 'fake',
  async authenticate({ credential }) {
    if (credential?.source !== 'renewal') return undefined;
    if (credential.secret === 'five') return user('5', { roles: ['staff'], expires: NOW + 3_600_000 });
    if (credential.secret === 'five-without-roles') return user('5');
    if (credential.secret === 'six') return user('6');
    if (credential.secret === 'of another kind') return undefined;
    throw new RouterError('unauthorized', 'the ticket is expired');
  },
};
const handler: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload),
};

let server: TestServer;
let connection: FakeConnection;

beforeEach(() => {
  server = new TestServer({
    routes: [
      testRoute('staff', 'staff', { access: { subscribe: ['staff'] } }),
      testRoute('any', '{a}', { requirements: { a: '.+' } }),
    ],
    handlers: { staff: handler, any: handler },
    authenticator,
  });
  const protocol = new Wamp1Protocol({
    router: server.router,
    procedures: server.procedures,
    ident: 'signalbox/test',
    depth: 64,
    malformed: () => undefined,
  });
  connection = new FakeConnection();
  connection.listener = protocol.accept(connection, {
    principal: user('5', { roles: ['staff'] }),
    headers: {},
  });
});

let seen = 1;
beforeEach(() => (seen = 1));

async function ask(...messages: unknown[]): Promise<unknown[]> {
  for (const message of messages) connection.listener?.received(Buffer.from(JSON.stringify(message)), false);
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  const texts = connection.texts.slice(seen);
  seen = connection.texts.length;
  return texts.map((text) => JSON.parse(text));
}

describe('a WAMP v1 session', () => {
  it('tells who it is', async () => {
    const [result] = (await ask([2, 'c1', 'signalbox.identity'])) as [unknown[]];
    expect(result).toEqual([
      3,
      'c1',
      {
        session: expect.stringMatching(/^[1-9][0-9]{0,15}$/),
        kind: 'user',
        id: '5',
        roles: ['staff'],
        organizations: [],
        expires_in: expect.any(Number),
      },
    ]);
  });

  it('renews its identity, keeps its subscriptions, and is told so', async () => {
    const news = await ask([5, 'staff'], [2, 'c1', 'signalbox.renew', 'five'], [7, 'staff', 'still here']);
    expect(news).toMatchObject([
      [8, 'signalbox.session', { type: 'identity', id: '5', roles: ['staff'] }],
      [3, 'c1', { id: '5', expires_in: expect.any(Number) }],
      [8, 'staff', 'still here'],
    ]);
    expect((news as [unknown, [number, string, { expires_in: number }]])[1][2].expires_in).toBeGreaterThan(
      3_000_000,
    );
  });

  it('loses what a renewal with fewer rights does not cover, and hears which', async () => {
    const news = await ask(
      [5, 'staff'],
      [2, 'c1', 'signalbox.renew', 'five-without-roles'],
      [7, 'staff', 'not for me'],
    );
    expect(news).toMatchObject([
      [
        4,
        'staff',
        'staff',
        'only staff may subscribe on staff',
        { code: 403, error: 'forbidden', event: 'onSubscribe' },
      ],
      [8, 'signalbox.session', { type: 'identity', roles: [] }],
      [3, 'c1', { roles: [] }],
    ]);
    const [again] = (await ask([5, 'staff'])) as [unknown[]];
    expect(again?.slice(0, 3)).toEqual([4, 'staff', 'staff']);
  });

  it.each([
    ['six', 403, 'a session cannot become another user'],
    ['expired', 401, 'the ticket is expired'],
    ['of another kind', 401, 'credentials of this kind are not accepted here'],
    [5, 400, 'a renewal takes a ticket or token as its one argument'],
    ['', 400, 'a renewal takes a ticket or token as its one argument'],
    ['x'.repeat(10_000), 400, 'a renewal takes a ticket or token as its one argument'],
    [undefined, 400, 'a renewal takes a ticket or token as its one argument'],
  ])('keeps its identity when the renewal with %j is refused', async (secret, code, reason) => {
    expect(await ask([2, 'c1', 'signalbox.renew', secret])).toMatchObject([
      [4, 'c1', 'signalbox.renew', reason, { code }],
    ]);
    expect(await ask([2, 'c2', 'signalbox.identity'])).toMatchObject([
      [3, 'c2', { id: '5', roles: ['staff'] }],
    ]);
    expect(connection.ended).toBeUndefined();
  });

  it('is told before its identity ends', async () => {
    const session = [...server.router.sessions][0];
    session?.notify({ type: 'expiring', in: 30_000 });
    expect(await ask()).toEqual([[8, 'signalbox.session', { type: 'expiring', in: 30_000 }]]);
  });

  it('cannot be deceived: nobody subscribes or publishes on the channel of notices', async () => {
    const news = await ask([5, 'signalbox.session'], [7, 'signalbox.session', { type: 'expiring', in: 1 }]);
    expect(news).toMatchObject([
      [
        4,
        'signalbox.session',
        'signalbox.session',
        expect.stringContaining("the server's own"),
        { code: 400 },
      ],
      [
        4,
        'signalbox.session',
        'signalbox.session',
        expect.stringContaining("the server's own"),
        { code: 400 },
      ],
    ]);
  });
});
