import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { makeFolder } from '../support/folder.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { KEY, REPOSITORY, ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

interface Step {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: string;
  /** The traces that it is linked to. */
  readonly links: readonly string[];
}

const folder = makeFolder({
  'routes.yml': [
    'room: { channel: "room/{id}", handler: broadcast, access: { subscribe: anyone } }',
    'kept: { channel: "kept/{id}", handler: broadcast, access: { subscribe: anyone }, history: { size: 5 } }\n',
  ].join('\n'),
});

function stepsIn(file: string): readonly Step[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Step).filter(({ name }) => name !== 'start');
}

/** A node whose traces are recorded as a user would record them. */
async function startTraced(file: string, settings: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    config: `${makeFolder({
      'signalbox.yml': `routing: ${folder}/routes.yml\n${settings}\n`,
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
    const nodes = await Promise.all(
      files.map((file) => startTraced(file, `broker: ${redis.url}\ntracing: { enabled: true, sample: 0 }`)),
    );
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

describe('what peers ask for', { timeout: 60_000 }, () => {
  it('is linked to the trace that they name, in whatever protocol', async () => {
    const file = `${folder}/peers.jsonl`;
    const server = await startTraced(file, 'tracing: { enabled: true, sample: 1 }');
    const given = (protocol: number) => `00-${String(protocol).repeat(32)}-${SPAN}-01`;
    const wamp = await Wamp2TestPeer.connect(server.webSocketUrl(), 'json');
    onTestFinished(() => wamp.vanish());
    expect(await wamp.subscribe('room/1', { _traceparent: given(1) })).toBeUndefined();
    expect(await wamp.call('signalbox.identity', [], { _traceparent: given(2) })).toBeUndefined();
    const stomp = await StompTestPeer.webSocket(`${server.url.replace('http', 'ws')}/stomp`);
    onTestFinished(() => stomp.drop());
    await stomp.connect();
    await stomp.ask('SUBSCRIBE', { id: '1', destination: '/topic/room/1', traceparent: given(3) });
    const stream = new AbortController();
    onTestFinished(() => stream.abort());
    for (const [path, protocol] of [
      ['/sse?channel=room/1', 4],
      ['/api/poll?channel=kept/1', 5],
    ] as const) {
      const headers = { traceparent: given(protocol) };
      expect((await fetch(`${server.url}${path}`, { headers, signal: stream.signal })).status).toBe(200);
    }
    const linked = () => stepsIn(file).map(({ name, links }) => `${name} ${links.map(([first]) => first)}`);
    await until(() => linked().length >= 5);
    expect(
      linked()
        .filter((line) => !line.startsWith('handler'))
        .sort(),
    ).toEqual([
      'call signalbox.identity 2',
      'subscribe kept 5',
      'subscribe room 1',
      'subscribe room 3',
      'subscribe room 4',
    ]);
  });
});

describe('tracing without anybody who records', () => {
  it('is said at the start, and costs nothing but that', async () => {
    const server = await ServerProcess.start({ env: { SIGNALBOX_TRACING_ENABLED: 'true' } });
    onTestFinished(() => server.stop());
    expect(server.stderr).toContain('tracing is on, but nobody records');
  });
});
