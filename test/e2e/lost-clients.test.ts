import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { testFolder } from '../support/folder.js';
import { frameOf, RawWebSocket } from '../support/raw-websocket.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();

/** A process that opens connections and waits to be killed, each stopped at another point. */
const CLIENT = String.raw`
const { connect } = require('node:net');
const [, , port] = process.argv;
const request = 'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  + 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: wamp\r\n\r\n';
const text = (string) => {
  const payload = Buffer.from(string);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
};
const subscribe = text('[5,"demo/killed"]');
const publish = text('[7,"demo/killed","from the grave"]');
const stages = [
  '', 'GET /ws HT', request.slice(0, -2), request,
  [request, subscribe], [request, subscribe, publish.subarray(0, 1)], [request, subscribe, publish.subarray(0, 20)],
  [request, subscribe, Buffer.from([0x01, 0x80, 0, 0, 0, 0])],
];
for (let n = 0; n < 40; n++) {
  const socket = connect(Number(port), '127.0.0.1', () => {
    for (const part of [stages[n % stages.length]].flat()) socket.write(part);
  });
}
setTimeout(() => console.log('open'), 300);
setInterval(() => {}, 1000);
`;

async function nothingIsLeft(): Promise<void> {
  await eventually(async () => {
    expect(await server().metric('signalbox_sessions')).toBe(0);
    expect(await server().metric('signalbox_connections')).toBe(0);
    expect(await server().metric('signalbox_topics')).toBe(0);
  });
}

describe('a client that is gone without a word', () => {
  it('leaves no session, connection or topic behind when its process is killed at any point', async () => {
    const file = `${testFolder({ 'client.cjs': CLIENT })}/client.cjs`;
    const client = spawn(process.execPath, [file, String(server().port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(client.stdout, 'data');
    await eventually(async () => expect(await server().metric('signalbox_sessions')).toBe(25));
    client.kill('SIGKILL');
    await nothingIsLeft();
    expect(server().running).toBe(true);
  });

  it('leaves nothing behind when it resets the connection in the middle of a fan-out', async () => {
    const watcher = await Autobahn.connect(server().webSocketUrl());
    const pages = await Promise.all(
      Array.from({ length: 50 }, () => Autobahn.connect(server().webSocketUrl())),
    );
    for (const page of [watcher, ...pages]) page.subscribe('demo/reset');
    await Promise.all([watcher, ...pages].map((page) => page.settle()));
    const published = Promise.all(Array.from({ length: 50 }, (_, n) => server().publish('demo/reset', n)));
    for (const page of pages) page.socket.socket.resetAndDestroy();
    for (const answer of await published) expect(answer.status).toBe(200);
    await until(() => watcher.events('demo/reset').length === 50);
    watcher.socket.destroy();
    await nothingIsLeft();
  });

  it('leaves nothing behind when it goes while its subscription is decided', async () => {
    for (let n = 0; n < 20; n++) {
      const client = await RawWebSocket.open(server().webSocketUrl(), {
        after: frameOf(1, Buffer.from('[5,"demo/hasty"]')),
      });
      client.destroy();
    }
    await nothingIsLeft();
  });

  it('does not keep others from its channel', async () => {
    const [gone, stays] = (await Promise.all(
      [1, 2].map(() => Autobahn.connect(server().webSocketUrl())),
    )) as [Autobahn, Autobahn];
    for (const page of [gone, stays]) page.subscribe('demo/shared');
    await Promise.all([gone.settle(), stays.settle()]);
    gone.socket.destroy();
    await server().publish('demo/shared', 'still here');
    await until(() => stays.events('demo/shared').length > 0);
    stays.socket.destroy();
    await nothingIsLeft();
  });
});
