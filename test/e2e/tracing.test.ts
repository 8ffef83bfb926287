import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { makeFolder } from '../support/folder.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { KEY, REPOSITORY, ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

interface Step {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: string;
}

const folder = makeFolder({
  'routes.yml': 'room: { channel: "room/{id}", handler: broadcast, access: { subscribe: anyone } }\n',
});

function stepsIn(file: string): readonly Step[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Step).filter(({ name }) => name !== 'start');
}

/** A node whose traces are recorded as a user would record them. */
async function startTraced(redis: RedisServer, file: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    config: `${makeFolder({
      'signalbox.yml': `routing: ${folder}/routes.yml\nbroker: ${redis.url}\ntracing: { enabled: true, sample: 0 }\n`,
    })}/signalbox.yml`,
    env: { NODE_OPTIONS: `--import ${REPOSITORY}test/support/record-traces.mjs`, TRACES_FILE: file },
  });
  onTestFinished(() => server.stop());
  return server;
}

async function publish(url: string): Promise<void> {
  const response = await fetch(`${url}/api/publish`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      traceparent: `00-${TRACE}-${SPAN}-01`,
    },
    body: JSON.stringify({ channel: 'room/1', payload: 1 }),
  });
  expect(response.status).toBe(200);
}

describe.skipIf(!redisInstalled)('traces', { timeout: 60_000 }, () => {
  it('a publication is followed from the header of its request to the subscribers of all nodes', async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const files = ['one', 'two'].map((name) => `${folder}/${name}.jsonl`);
    const nodes = await Promise.all(files.map((file) => startTraced(redis, file)));
    for (const node of nodes) {
      const peer = await Autobahn.connect(node.webSocketUrl());
      onTestFinished(() => peer.socket.destroy());
      peer.subscribe('room/1');
      await peer.settle();
    }
    await publish(nodes[0]?.url ?? '');
    await until(() => files.every((file) => stepsIn(file).some(({ name }) => name === 'deliver room')));
    const [here = [], elsewhere = []] = files.map(stepsIn);
    expect(here.map(({ name }) => name).sort()).toEqual([
      'broker room',
      'deliver room',
      'handler',
      'publish room',
    ]);
    expect(elsewhere.map(({ name }) => name)).toEqual(['deliver room']);
    expect(here.find(({ name }) => name === 'publish room')?.parent).toBe(SPAN);
    const [handler] = here.filter(({ name }) => name === 'handler');
    expect(elsewhere[0]).toMatchObject({ traceId: TRACE, parent: handler?.spanId });
    expect(new Set([...here, ...elsewhere].map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    expect(nodes.some(({ stderr }) => stderr.includes('nobody records'))).toBe(false);
  });
});

describe('tracing without anybody who records', () => {
  it('is said at the start, and costs nothing but that', async () => {
    const server = await ServerProcess.start({ env: { SIGNALBOX_TRACING_ENABLED: 'true' } });
    onTestFinished(() => server.stop());
    expect(server.stderr).toContain('tracing is on, but nobody records');
  });
});
