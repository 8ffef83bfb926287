import { describe, expect, it } from 'vitest';
import type { NodeState } from '../../../src/core/cluster.js';
import { NodesEndpoint } from '../../../src/protocols/http/index.js';
import { testBackend, testUser } from '../../../src/testing.js';

const node = (id: string, routes: string): NodeState => ({
  id,
  routes,
  version: '1.0.0',
  started: 0,
  connections: 1,
  sessions: 2,
  channels: 3,
  subscriptions: 4,
  lag: 5,
});

async function get(nodes: readonly NodeState[], principal = testBackend()) {
  const authenticator = { method: 'fake', authenticate: () => principal };
  const silences = new Map([['b', 1500]]);
  const endpoint = new NodesEndpoint({ id: 'a', nodes: async () => nodes, silences }, authenticator);
  const { status, body } = await endpoint.handle({
    method: 'GET',
    url: new URL('http://localhost/api/nodes'),
    headers: { authorization: 'Bearer key' },
    remoteAddress: '127.0.0.1',
    body: Buffer.alloc(0),
  });
  return [status, JSON.parse(String(body))];
}

describe('GET /api/nodes', () => {
  it('tells what each node says of itself', async () => {
    const nodes = [node('a', 'x'), node('b', 'x')];
    const told = nodes.map((one) => ({ ...one, heartbeat: one.id === 'b' ? 1500 : 0 }));
    expect(await get(nodes)).toEqual([200, { this: 'a', drift: false, nodes: told }]);
  });

  it('tells where nodes differ in their routes', async () => {
    expect(await get([node('a', 'x'), node('b', 'y')])).toMatchObject([200, { drift: true }]);
  });

  it('is for back ends', async () => {
    await expect(get([], testUser('5'))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(get([], { ...testBackend(), scope: ['**'] })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
