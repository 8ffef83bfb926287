import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { TcpProxy } from '../../faults/tcp-proxy.js';
import { makeFolder } from '../support/folder.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { signalbox } from '../support/run.js';
import { KEY, REPOSITORY, ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';

const SETTINGS = `routing: [routes.yml, '${REPOSITORY}routing/chat.yml']
listen: { stomp_port: 0 }
access: { subscribe: anyone, publish: anyone }
redis: { start: 1s }
`;

const ROUTES = `work: { channel: 'work/{name}', handler: broadcast, delivery: queue }
attended: { channel: 'attended/{name}', handler: broadcast, presence: { leave_delay: 1ms } }
room: { channel: 'room/{name}', handler: broadcast }
`;

/** A node is dead after seven seconds, and buried within three more. */
const BURIAL = { timeout: 30_000, interval: 20 };

const configured = () => `${makeFolder({ 'signalbox.yml': SETTINGS, 'routes.yml': ROUTES })}/signalbox.yml`;

async function startNode(broker: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({ config: configured(), env: { SIGNALBOX_BROKER: broker } });
  onTestFinished(() => server.stop());
  return server;
}

async function consumer(server: ServerProcess, channel: string): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(server.portOf('stomp'));
  onTestFinished(() => peer.drop());
  await peer.connect({ 'accept-version': '1.2' });
  await peer.ask('SUBSCRIBE', { id: '1', destination: channel, ack: 'client-individual' });
  return peer;
}

async function session(server: ServerProcess, user?: string): Promise<Wamp2TestPeer> {
  const peer = await Wamp2TestPeer.connect(server.webSocketUrl(user), 'json');
  onTestFinished(() => peer.vanish());
  return peer;
}

async function disconnect(server: ServerProcess, user: string): Promise<readonly [number, unknown]> {
  const response = await fetch(`${server.url}/api/disconnect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  return [response.status, await response.json()];
}

describe.skipIf(!redisInstalled)('nodes on one Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.stop());

  it('lose no message of a queue with a node that is killed, and know who has gone with it', async () => {
    const [dying, living] = [await startNode(redis.url), await startNode(redis.url)];
    const held = await consumer(dying, 'work/a');
    for (let n = 0; n < 20; n++) expect((await living.publish('work/a', n)).status).toBe(200);
    await until(() => held.of('MESSAGE').length === 20);
    for (const { headers } of held.of('MESSAGE').slice(0, 5))
      await held.ask('ACK', { id: headers['ack'] ?? '' });
    const watcher = await session(living);
    await watcher.subscribe('signalbox.presence/attended/a');
    await (await session(dying, 'ann')).subscribe('attended/a');
    const news = () => watcher.received('signalbox.presence/attended/a') as { type: string }[];
    await until(() => news().at(-1)?.type === 'join');

    const bob = await session(living, 'bob');
    const ann = await session(dying, 'ann');
    const room = () => bob.received('chat/room/1') as { type: string }[];
    await bob.subscribe('chat/room/1');
    await until(() => room().length > 0);
    await ann.subscribe('chat/room/1');
    await until(() => room().at(-1)?.type === 'enter');

    const heir = await consumer(living, 'work/a');
    dying.signal('SIGKILL');
    await vi.waitUntil(() => heir.of('MESSAGE').length === 15, BURIAL);
    const numbers = heir.of('MESSAGE').map(({ body }) => Number(JSON.parse(body)));
    expect(numbers).toEqual(Array.from({ length: 15 }, (_, n) => n + 5));
    expect(heir.of('MESSAGE').every(({ headers }) => headers['redelivered'] === 'true')).toBe(true);
    await vi.waitUntil(() => news().at(-1)?.type === 'leave', BURIAL);
    expect(news().at(-1)).toMatchObject({ users: 0, sessions: 0 });
    await vi.waitUntil(() => room().at(-1)?.type === 'leave', BURIAL);
    expect(room().at(-1)).toMatchObject({ user: { id: 'ann' } });
    const late = await session(living, 'carl');
    await late.subscribe('chat/room/1');
    await until(() => late.received('chat/room/1').length > 0);
    expect(late.received('chat/room/1')).toMatchObject([{ type: 'members', total: 2 }]);
  }, 60_000);

  it('obey what was commanded while their link was cut, and say that they are not ready meanwhile', async () => {
    const proxy = await TcpProxy.start(redis.port);
    onTestFinished(() => proxy.stop());
    const [near, far] = [await startNode(redis.url), await startNode(`redis://127.0.0.1:${proxy.port}/0`)];
    const [ann, bob] = [await session(far, 'ann'), await session(far, 'bob')];
    proxy.cut();
    await until(async () => (await fetch(`${far.url}/readyz`)).status === 503);
    expect(await (await fetch(`${far.url}/readyz`)).json()).toEqual({
      ready: false,
      server: 'up',
      broker: 'down',
    });
    const used = near.webSocketUrl('eve');
    await (await Wamp2TestPeer.connect(used, 'json')).vanish();
    for (const url of [used, far.webSocketUrl('fay')].map((one) => one.replace(/:\d+/, `:${far.port}`)))
      await expect(Wamp2TestPeer.connect(url, 'json')).rejects.toThrow();
    expect(await disconnect(near, 'ann')).toEqual([200, { disconnected: 0 }]);
    expect(ann.ending).toBeUndefined();
    proxy.heal();
    await until(() => ann.ending !== undefined);
    await until(async () => (await fetch(`${far.url}/readyz`)).status === 200);
    expect(bob.ending).toBeUndefined();
  }, 60_000);

  it('obey alone, and say so, while Redis is away', async () => {
    const server = await startNode(redis.url);
    const ann = await session(server, 'ann');
    await redis.kill();
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 503);
    const [status] = await disconnect(server, 'ann');
    expect(status).toBe(503);
    await until(() => ann.ending !== undefined);
    expect((await server.publish('work/a', 1)).status).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await redis.restart();
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200);
    await session(server, 'bob');
    expect(await disconnect(server, 'bob')).toEqual([200, { disconnected: 1 }]);
  }, 60_000);

  it('do not start where Redis is not there, and name neither user nor password', async () => {
    await redis.kill();
    const broker = `redis://somebody:hidden@127.0.0.1:${redis.port}/0`;
    const { code, stderr, stdout } = await signalbox(['serve', '--config', configured(), '--port', '0'], {
      env: { SIGNALBOX_BROKER: broker },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Redis cannot be used/);
    expect(stderr + stdout).not.toMatch(/somebody|hidden/);
  }, 60_000);
});
