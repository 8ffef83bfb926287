import { beforeEach, describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../src/core/authenticator.js';
import type { ClusterCommand } from '../../../src/core/cluster.js';
import { DISCONNECT } from '../../../src/core/errors.js';
import { DisconnectEndpoint, RightsEndpoint } from '../../../src/protocols/http/index.js';
import { testBackend, testUser } from '../../../src/testing.js';

const authenticator: Authenticator = {
  method: 'fake',
  authenticate: ({ credential }) => {
    if (credential?.secret === 'bound') return { ...testBackend(), scope: ['**'] };
    return credential?.secret === 'key' ? testBackend() : testUser('5');
  },
};
const done: ClusterCommand[] = [];
const cluster = { command: async (command: ClusterCommand) => done.push(command) };
const disconnecting = new DisconnectEndpoint({ cluster, authenticator });
const rights = new RightsEndpoint({ cluster, authenticator });

beforeEach(() => void done.splice(0));

async function post(endpoint: typeof disconnecting | typeof rights, body: unknown, key = 'key') {
  const { status, body: answer } = await endpoint.handle({
    method: 'POST',
    url: new URL(`http://localhost${endpoint.path}`),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    remoteAddress: '127.0.0.1',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  return [status, JSON.parse(String(answer))];
}

describe('POST /api/disconnect', () => {
  it('withdraws the credentials of a user before it ends the sessions', async () => {
    expect(await post(disconnecting, { user: '5' })).toEqual([200, { disconnected: 2 }]);
    expect(done).toEqual([
      { type: 'revoke', user: '5', before: expect.any(Number) },
      { type: 'disconnect', user: '5', why: DISCONNECT.withdrawn },
    ]);
  });

  it('takes a reason, and the wish that the peer comes back', async () => {
    await post(disconnecting, { user: '5', revoke: false, reconnect: true, reason: 'moved' });
    expect(done).toEqual([{ type: 'disconnect', user: '5', why: { ...DISCONNECT.ended, reason: 'moved' } }]);
  });

  it('ends one session, and leaves its user’s credentials alone', async () => {
    await post(disconnecting, { session: 'abc' });
    expect(done).toEqual([{ type: 'disconnect', session: 'abc', why: DISCONNECT.withdrawn }]);
  });

  it('is for back ends', async () => {
    await expect(post(disconnecting, { user: '5' }, 'ticket')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(post(rights, {}, 'ticket')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(post(disconnecting, { user: '5' }, 'bound')).rejects.toMatchObject({ code: 'forbidden' });
    expect(done).toEqual([]);
  });

  it.each([
    '{',
    '[]',
    'null',
    {},
    { user: '5', session: 'x' },
    { user: '' },
    { user: 'x'.repeat(256) },
    { user: ['5'] },
    { user: 5 },
    '{"user": "5", "user": "6"}',
    { user: '5', revoke: 'no' },
    { user: '5', all: true },
    { session: '5', reason: 5.5 },
  ])('refuses %j', async (body) => {
    await expect(post(disconnecting, body)).rejects.toMatchObject({ code: 'bad_request' });
    expect(done).toEqual([]);
  });
});

describe('POST /api/rights', () => {
  it('gives the sessions of a user other rights', async () => {
    const body = { user: '5', roles: ['staff'], organizations: [] };
    expect(await post(rights, body)).toEqual([200, { sessions: 1 }]);
    expect(done).toEqual([{ type: 'rights', user: '5', rights: { roles: ['staff'], organizations: [] } }]);
  });

  it.each([
    { user: '5' },
    { user: '5', roles: [] },
    { roles: [], organizations: [] },
    { user: '5', roles: ['backend'], organizations: [] },
    { user: '5', roles: 'staff', organizations: [] },
    { user: '5', roles: [5], organizations: [] },
    { user: '5', roles: Array(101).fill('x'), organizations: [] },
  ])('refuses %#', async (body) => {
    await expect(post(rights, body)).rejects.toMatchObject({ code: 'bad_request' });
    expect(done).toEqual([]);
  });
});
