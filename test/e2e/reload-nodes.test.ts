import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { cli } from '../support/cli.js';
import { makeFolder } from '../support/folder.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { KEY, ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const PLAIN = 'news: { channel: "news/{name}", handler: broadcast, access: { subscribe: anyone } }\n';
const KEPT = `${PLAIN.trimEnd().slice(0, -2)}, history: { size: 10 }, presence: true }\n`;
const BROKEN = 'news: { channel: "news/{name}", handler: nobody }\n';

if (!redisInstalled) console.log('skipped reloads of several nodes: install redis-server');

describe.skipIf(!redisInstalled)('three nodes that are told to reload', () => {
  let redis: RedisServer;
  let folders: readonly string[];
  let nodes: readonly ServerProcess[];

  const routes = (text: string, ...which: number[]) => {
    for (const index of which) writeFileSync(join(folders[index] as string, 'routes.yml'), text);
  };
  const reload = () => cli(['reload', '--all', '--url', nodes[0]?.url ?? '', '--key', KEY]);
  const node = (index: number) => nodes[index] as ServerProcess;

  beforeAll(async () => {
    redis = await RedisServer.start();
    const settings = `routing: [routes.yml]\nbroker: ${redis.url}\nlog: { level: silent }\n`;
    folders = [0, 1, 2].map(() => makeFolder({ 'signalbox.yml': settings, 'routes.yml': PLAIN }));
    nodes = await Promise.all(
      folders.map((folder) => ServerProcess.start({ config: join(folder, 'signalbox.yml') })),
    );
  });
  afterAll(async () => {
    await Promise.all(nodes.map((one) => one.stop()));
    await redis.stop();
  });

  it('give those who are subscribed a history from then on, on every node', async () => {
    const peers = await Promise.all(nodes.map((one) => Autobahn.connect(one.webSocketUrl('5'))));
    onTestFinished(() => {
      for (const peer of peers) peer.socket.destroy();
    });
    for (const peer of peers) peer.subscribe('news/a');
    await Promise.all(peers.map((peer) => peer.settle()));
    routes(KEPT, 0, 1, 2);
    expect(await reload()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('all nodes serve the same'),
    });
    const placed = await Promise.all([1, 2].map((index) => node(index).publish('news/a', index)));
    const offsets = await Promise.all(
      placed.map(async (answer) => ((await answer.json()) as { offset: number }).offset),
    );
    expect(offsets.toSorted()).toEqual([1, 2]);
    for (const peer of peers) await until(() => peer.events('news/a').length === 2);
  });

  it('go on as they were where their own files have errors, and are named', async () => {
    routes(PLAIN, 0, 1);
    routes(BROKEN, 2);
    const { code, stderr } = await reload();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: node \w+ serves other routes than this one/),
    ]);
    expect((await node(2).publish('news/b', 1)).status).toBe(200);
    routes(PLAIN, 2);
    expect(await reload()).toMatchObject({ code: 0 });
  });
});
