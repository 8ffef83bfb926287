import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type RequestOptions, request } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EventStreamReader } from '../support/event-stream.js';
import { makeFolder } from '../support/folder.js';
import { KEY, ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';
import { type ProxyName, type RunningProxy, startProxy } from './proxies.js';

/** Another address of this machine: what a proxy connects from is 127.0.0.1. */
const ELSEWHERE = '127.0.0.2';

const config = `${makeFolder({
  'routes.yml':
    'room: { channel: "room/{id}", handler: broadcast, access: { subscribe: anyone, publish: anyone } }\n',
  'signalbox.yml': [
    'routing: routes.yml',
    'listen: { trusted_proxies: [127.0.0.1], long_poll: /lp, stomp_port: 0 }',
    'limits: { drain: 200ms, drain_delay: 1500ms }',
    'topics: { handlers: [] }',
  ].join('\n'),
})}/signalbox.yml`;

function isHere(command: string, arg: string): boolean {
  const found = spawnSync(command, [arg]).status === 0;
  if (!found) console.log(`skipped what needs ${command}, which is not here: apt-get install ${command}`);
  return found;
}

let nodes: ServerProcess[] = [];
beforeAll(async () => {
  nodes = await Promise.all([ServerProcess.start({ config }), ServerProcess.start({ config })]);
}, 60_000);
afterAll(() => Promise.all(nodes.map((node) => node.stop())));

function portsOf(name: 'http' | 'stomp'): readonly [number, number] {
  const [one = 0, two = 0] = nodes.map((node) => (name === 'http' ? node.port : node.portOf(name)));
  return [one, two];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe.each([
  { name: 'nginx', package: 'nginx-light', version: '-v' },
  { name: 'haproxy', package: 'haproxy', version: '-v' },
  { name: 'caddy', package: 'caddy', version: 'version' },
] as const)('behind $name', { timeout: 30_000 }, ({ name, version }) => {
  const there = isHere(name, version);
  let proxy: RunningProxy;
  beforeAll(async () => {
    if (there)
      proxy = await startProxy(name as ProxyName, { nodes: portsOf('http'), stomp: portsOf('stomp') });
  }, 30_000);
  afterAll(() => proxy?.stop());

  function options(path: string, more: RequestOptions = {}): RequestOptions {
    return { host: '127.0.0.1', port: proxy.port, ca: proxy.ca, path, localAddress: ELSEWHERE, ...more };
  }

  async function ask(path: string, body?: unknown, more: RequestOptions = {}): Promise<Answer> {
    const headers = { 'content-type': 'application/json', ...more.headers };
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request(options(path, { method, ...more, headers }));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(asked, 'response');
    return { status: response.statusCode, body: await text(response) };
  }

  it.skipIf(!there)('a WebSocket subscribes and publishes', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${proxy.port}/ws`, 'wamp', { ca: proxy.ca });
    const heard: unknown[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    await once(socket, 'open');
    socket.send(JSON.stringify([5, 'room/1']));
    socket.send(JSON.stringify([7, 'room/1', { a: 1 }, false]));
    await until(() => heard.length === 2);
    expect(heard[1]).toEqual([8, 'room/1', { a: 1 }]);
    socket.close();
    await once(socket, 'close');
  });

  it.skipIf(!there)('events of a stream come one by one, as they are published', async () => {
    const asked = request(options('/sse?channel=room/2', { headers: { accept: 'text/event-stream' } })).end();
    const [response] = await once(asked, 'response');
    const reader = new EventStreamReader();
    response.on('data', (octets: Buffer) => reader.read(octets));
    for (let i = 1; i <= 3; i++) {
      // Whichever node has the stream; the next is published only when this one is there.
      for (const node of nodes) await node.publish('room/2', i);
      await until(() => reader.messages.length === i);
    }
    expect(reader.messages).toEqual([1, 2, 3]);
    asked.destroy();
  });

  it.skipIf(!there)('the address of a peer is its own, whatever it says', async () => {
    const { status, body } = await ask(
      '/api/publish',
      {},
      {
        headers: { authorization: 'Bearer wrong', 'x-forwarded-for': '192.0.2.7' },
      },
    );
    expect(status).toBe(401);
    const { error } = JSON.parse(body) as { error: { request: string } };
    const lines = () => nodes.flatMap(({ stderr }) => stderr.split('\n'));
    await until(() => lines().some((line) => line.includes(error.request)));
    const line = lines().find((one) => one.includes(error.request)) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ event: 'request_refused', remoteAddress: ELSEWHERE });
  });

  it.skipIf(!there)('a long-poll transport stays with the node that opened it', async () => {
    for (let round = 0; round < 3; round++) {
      const opened = await ask('/lp/open', { protocols: ['wamp.2.json'] });
      expect(opened.status).toBe(200);
      const { transport } = JSON.parse(opened.body) as { transport: string };
      const hello = await ask(`/lp/${transport}/send`, [1, 'realm1', { roles: { subscriber: {} } }]);
      expect(hello.status).toBeLessThan(300);
      await ask(`/lp/${transport}/send`, [32, 1, {}, 'room.5']);
      for (let i = 0; i < 2; i++) expect((await ask(`/lp/${transport}/receive`, {})).status).toBe(200);
    }
  });

  it.skipIf(!there)('metrics are not told to the world', async () => {
    const { status } = await ask('/metrics', undefined, { headers: { authorization: `Bearer ${KEY}` } });
    expect(status).toBe(404);
  });

  it.skipIf(!there || name !== 'haproxy')('STOMP goes through its TCP', async () => {
    const socket = connect(proxy.stompPort, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (more: string) => (heard += more));
    socket.write('CONNECT\naccept-version:1.2\nhost:/\n\n\0');
    socket.write('SUBSCRIBE\nid:1\ndestination:/topic/room/3\n\n\0');
    socket.write('SEND\ndestination:/topic/room/3\ncontent-type:application/json\n\n{"a":1}\0');
    await until(() => heard.includes('MESSAGE'));
    expect(heard).toContain('{"a":1}');
    socket.destroy();
  });

  it.skipIf(!there || name !== 'haproxy')(
    'no publish fails while one node restarts, then the other',
    async () => {
      const agent = new Agent({ keepAlive: true, ca: proxy.ca });
      const failed: Answer[] = [];
      let published = 0;
      let isOver = false;
      const publisher = (async () => {
        while (!isOver) {
          const headers = { authorization: `Bearer ${KEY}` };
          const answer = await ask(
            '/api/publish',
            { channel: 'room/4', payload: published },
            { headers, agent },
          );
          if (answer.status === 200) published++;
          else failed.push(answer);
          await sleep(5);
        }
      })();
      for (const at of [0, 1]) {
        const node = nodes[at] as ServerProcess;
        const args = ['--port', String(node.port), '--stomp-port', String(node.portOf('stomp'))];
        node.signal('SIGTERM');
        expect(await node.exit).toMatchObject({ code: 0 });
        nodes[at] = await ServerProcess.start({ config, args });
        // Two good checks of the proxy.
        await sleep(1500);
      }
      isOver = true;
      await publisher;
      expect(failed).toEqual([]);
      expect(published).toBeGreaterThan(100);
      agent.destroy();
    },
    60_000,
  );
});
