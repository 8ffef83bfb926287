import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { makeFolder } from '../support/folder.js';
import { begin, openNode } from '../support/redis-nodes.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { ServerProcess } from '../support/server.js';
import { eventually } from '../support/until.js';

const KEY = 'the-key-of-operators-for-tests';
const ROUTES = `
news: { channel: "news/{name}", handler: broadcast, access: { subscribe: anyone }, history: { size: 10 } }
room: { channel: "room/{name}", handler: broadcast, access: { subscribe: anyone }, presence: true }
jobs: { channel: "jobs", handler: broadcast, access: { subscribe: anyone }, delivery: queue }
`;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at by their tests.
type Answer = any;

let redis: RedisServer;
let nodes: readonly [ServerProcess, ServerProcess];

function node(routes: string): Promise<ServerProcess> {
  const folder = makeFolder({
    'signalbox.yml': `routing: [routes.yml]\nbroker: ${redis.url}\nadmin: { mode: full }\n`,
    'routes.yml': routes,
  });
  return ServerProcess.start({ config: `${folder}/signalbox.yml`, env: { SIGNALBOX_ADMIN_KEY: KEY } });
}

async function get(server: ServerProcess, path: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${KEY}` };
  return (await fetch(`${server.url}/admin/api/${path}`, { headers })).json();
}

/** A page on a node, gone after the test. */
async function page(server: ServerProcess, user: string, channel: string): Promise<void> {
  const peer = await Autobahn.connect(server.webSocketUrl(user));
  onTestFinished(() => peer.socket.destroy());
  peer.subscribe(channel);
  await peer.settle();
}

describe.skipIf(!redisInstalled)('operators of nodes on one Redis', () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
    const more = `${ROUTES}more: { channel: more, handler: broadcast }\n`;
    nodes = await Promise.all([node(ROUTES), node(more)]);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((one) => one.stop()));
    await redis.stop();
  });

  it('see that nodes differ in routes and versions', async () => {
    // Of the patience of servers: it would bury them between two of their signs of life.
    const other = openNode(redis.url, 'sb', { beat: 1000, lifetime: 60_000 });
    onTestFinished(() => other.link.close());
    await begin(other);
    const { this: own, drift, nodes: found } = await get(nodes[0], 'nodes');
    expect(found).toHaveLength(3);
    expect(drift).toBe(true);
    expect(new Set(found.map(({ table }: Answer) => table)).size).toBe(3);
    expect(new Set(found.map(({ version }: Answer) => version)).size).toBe(2);
    expect(found.map(({ id }: Answer) => id)).toContain(own);
    expect((await get(nodes[1], 'nodes')).this).not.toBe(own);
    expect((await get(nodes[0], 'overview')).broker).toMatchObject({ kind: 'redis', ready: true });
  });

  it('read history and presence of all nodes from each', async () => {
    await nodes[0].publish('news/a', 1);
    await nodes[1].publish('news/a', 2);
    await page(nodes[0], 'ann', 'room/a');
    await page(nodes[1], 'ben', 'room/a');
    for (const server of nodes) {
      const { publications } = await get(server, 'history?channel=news/a');
      expect(publications).toMatchObject([
        { offset: 1, payload: 1 },
        { offset: 2, payload: 2 },
      ]);
      await eventually(async () =>
        expect(await get(server, 'presence?channel=room/a')).toMatchObject({ users: 2, sessions: 2 }),
      );
    }
  });

  it('see what a queue holds for all nodes, and the consumers of their own', async () => {
    await nodes[0].publish('jobs', 1);
    for (const server of nodes) {
      expect((await get(server, 'queues')).queues).toMatchObject([
        { channel: 'jobs', messages: 1, unacknowledged: 0, consumers: 0, route: 'jobs' },
      ]);
    }
    await page(nodes[1], 'worker', 'jobs');
    await eventually(async () =>
      expect((await get(nodes[1], 'queues')).queues).toMatchObject([{ messages: 0, consumers: 1 }]),
    );
    expect((await get(nodes[0], 'queues')).queues).toEqual([]);
  });

  it('see that a node has fallen silent before it counts as dead', async () => {
    nodes[1].signal('SIGSTOP');
    onTestFinished(() => nodes[1].signal('SIGCONT'));
    await eventually(async () => {
      const { this: own, nodes: found } = await get(nodes[0], 'nodes');
      const [silent] = found.filter(({ id }: Answer) => id !== own);
      // More than the time between two signs of life.
      expect(silent.heartbeat).toBeGreaterThan(3_300);
    });
  });
});
