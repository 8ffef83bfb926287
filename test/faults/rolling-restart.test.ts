import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn, HANGUP } from '../support/autobahn.js';
import { testFolder } from '../support/folder.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';

const FILES = {
  'signalbox.yml': [
    'listen: { stomp_port: 0 }',
    'topics: { work: broadcast }',
    'limits: { messages: false, publishes: false, drain: 1s }',
    '',
  ].join('\n'),
  'routing/work.yml': [
    'work:',
    '  channel: queue/work',
    '  handler: work',
    '  access: { subscribe: anyone, publish: anyone }',
    '  delivery: queue',
    '  durable: true',
    'news:',
    '  channel: news',
    '  handler: work',
    '  access: { subscribe: anyone, publish: anyone }',
    '',
  ].join('\n'),
};

const ROUNDS = 2;
const SENDERS = 3;
const PAGES = 10;
/** Frames that are not answered yet, at most. */
const WINDOW = 50;

const receipts = (peer: StompTestPeer) =>
  peer.of('RECEIPT').map(({ headers }) => headers['receipt-id'] ?? '');

/** Sends one number after the other until the connection ends. */
async function load(peer: StompTestPeer, name: string): Promise<void> {
  for (let n = 0; peer.closed === undefined; n++) {
    while (peer.closed === undefined && n - receipts(peer).length >= WINDOW) await sleep(1);
    const body = `${name} ${n}`;
    if (peer.closed === undefined) peer.send('SEND', { destination: '/queue/work', receipt: body }, body);
  }
}

async function sender(server: ServerProcess): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(server.portOf('stomp'));
  await peer.connect({ 'accept-version': '1.2' });
  return peer;
}

/** Everything that the queue holds. */
async function consume(server: ServerProcess, count: number): Promise<readonly string[]> {
  const peer = await sender(server);
  peer.send('SUBSCRIBE', { id: 'all', destination: '/queue/work', ack: 'auto' });
  await until(() => peer.of('MESSAGE').length >= count);
  return peer.of('MESSAGE').map(({ body }) => body);
}

/** A session of WAMP v2, octet by octet. */
async function wamp2(server: ServerProcess): Promise<RawWebSocket> {
  const client = await RawWebSocket.open(server.webSocketUrl(), {
    headers: { 'Sec-WebSocket-Protocol': 'wamp.2.json' },
  });
  client.sendText('[1,"realm1",{"roles":{"subscriber":{}}}]');
  await until(() => texts(client).some((text) => text.startsWith('[2,')));
  return client;
}

const texts = ({ frames }: RawWebSocket) => frames.map(({ payload }) => payload.toString());

describe('a server that is restarted under load', () => {
  it('advises each client to come back, and loses no message that it acknowledged', async () => {
    const config = `${testFolder(FILES)}/signalbox.yml`;
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const server = await ServerProcess.start({ config });
      onTestFinished(() => server.stop());
      const senders = await Promise.all(Array.from({ length: SENDERS }, () => sender(server)));
      const pages = await Promise.all(
        Array.from({ length: PAGES }, () => Autobahn.connect(server.webSocketUrl())),
      );
      const sessions = await Promise.all([wamp2(server), wamp2(server)]);
      const loads = senders.map((peer, i) => load(peer, `${round}.${i}`));
      await until(() => senders.every((peer) => receipts(peer).length > 100));
      server.signal('SIGTERM');
      expect(await server.exit).toEqual({ code: 0, signal: null });
      await Promise.all(loads);
      for (const peer of senders) {
        const [error] = peer.of('ERROR');
        expect(error?.headers).toMatchObject({ message: 'the server restarts', reconnect: 'true' });
        expect(Number(error?.headers['retry-after-ms'])).toBeLessThanOrEqual(1000);
        acknowledged.push(...receipts(peer));
      }
      for (const session of sessions) {
        const goodbye = JSON.parse(
          texts(session).find((text) => text.startsWith('[6,')) ?? '[]',
        ) as unknown[];
        expect(goodbye).toEqual([
          6,
          { message: 'the server restarts', retry_after_ms: expect.any(Number) },
          'wamp.close.system_shutdown',
        ]);
      }
      await until(() => pages.every(({ hangup }) => hangup !== undefined));
      expect(new Set(pages.map(({ hangup }) => hangup))).toEqual(new Set([HANGUP.lost]));
    }
    const server = await ServerProcess.start({ config });
    onTestFinished(() => server.stop());
    const found = new Set(await consume(server, acknowledged.length));
    expect(acknowledged.filter((body) => !found.has(body))).toEqual([]);
  });

  it('is not ready, and goes on as before, for limits.drain_delay', async () => {
    const config = `${testFolder(FILES)}/signalbox.yml`;
    const server = await ServerProcess.start({ config, env: { SIGNALBOX_LIMITS_DRAIN_DELAY: '60s' } });
    onTestFinished(() => server.stop());
    const page = await Autobahn.connect(server.webSocketUrl());
    server.signal('SIGTERM');
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 503);
    const newcomer = await Autobahn.connect(server.webSocketUrl());
    newcomer.subscribe('news');
    await newcomer.settle();
    expect((await server.publish('news', 1)).status).toBe(200);
    await until(() => newcomer.events('news').length === 1);
    expect(page.hangup).toBeUndefined();
    server.signal('SIGTERM');
    expect((await server.exit).code).not.toBe(0);
  });
});
