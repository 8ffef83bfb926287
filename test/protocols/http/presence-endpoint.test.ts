import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import { PresenceEndpoint } from '../../../src/protocols/http/index.js';
import { TestServer, testBackend, testRoute, testUser } from '../../../src/testing.js';

const KEYS: Readonly<Record<string, Principal>> = { back: testBackend(), ann: testUser('ann') };

async function setUp() {
  const presence = { leaveDelay: 0, members: 1000 };
  const server = new TestServer({
    routes: [testRoute('room', 'room/{n}', { presence, access: { presence: ['user', 'backend'] } })],
    handlers: { room: {} },
  });
  const { router } = server;
  const ben = server.connect(testUser('ben'));
  await ben.subscribe('room/1');
  const authenticate = ({ credential }: { credential?: { secret: string } | undefined }) =>
    credential === undefined ? ANONYMOUS : KEYS[credential.secret];
  const endpoint = new PresenceEndpoint({ router, authenticator: { method: 'fake', authenticate } });
  const get = (query: string, key?: string) =>
    endpoint.handle({
      method: 'GET',
      url: new URL(`http://localhost/api/presence${query}`),
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      remoteAddress: '127.0.0.1',
      body: Buffer.alloc(0),
    });
  return { get, sessions: () => router.sessions.size };
}

describe('GET /api/presence', () => {
  it.each(['back', 'ann'])('says who is there to %s', async (key) => {
    const { get, sessions } = await setUp();
    const { status, headers, body } = await get('?channel=room/1', key);
    expect([status, headers]).toEqual([200, expect.objectContaining({ 'cache-control': 'no-store' })]);
    expect(JSON.parse(String(body))).toEqual({
      channel: 'room/1',
      members: [{ id: 'ben', since: expect.any(Number), sessions: 1 }],
      users: 1,
      sessions: 1,
    });
    expect(sessions()).toBe(1);
  });

  it('is asked by the access of the channel', async () => {
    const { get } = await setUp();
    await expect(get('?channel=room/1')).rejects.toMatchObject({
      code: expect.stringMatching(/forbidden|unauthorized/),
    });
    await expect(get('?channel=room/1', 'wrong')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it.each([
    ['', 'bad_request'],
    ['?channel=', 'bad_request'],
    ['?channel=nowhere', 'no_such_route'],
    ['?channel=signalbox.presence/room/1', 'no_such_route'],
    ['?channel=%00', 'invalid_channel'],
  ])('refuses %j', async (query, code) => {
    const { get } = await setUp();
    await expect(get(query, 'ann')).rejects.toMatchObject({ code });
  });
});
