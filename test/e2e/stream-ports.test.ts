import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();

const CONNECT = 'CONNECT\naccept-version:1.2\nhost:x\n\n\0';

describe('the port of STOMP of this repository', () => {
  it('is printed, free where the main one is, and speaks STOMP', async () => {
    expect(server().urls['stomp']).toMatch(/^stomp:\/\/127\.0\.0\.1:\d+$/);
    expect(server().portOf('stomp')).not.toBe(61_613);
    const peer = await StreamPeer.connect(server().portOf('stomp'));
    peer.send(CONNECT);
    await until(() => peer.heard.endsWith('\0\n'));
    expect(peer.heard).toMatch(/^CONNECTED\nversion:1\.2\n/);
  });

  it('answers a script that says everything and ends its side', async () => {
    const peer = await StreamPeer.connect(server().portOf('stomp'), { allowHalfOpen: true });
    peer.socket.end(`${CONNECT}DISCONNECT\nreceipt:77\n\n\0`);
    await until(() => peer.finished);
    peer.socket.end();
    await until(() => peer.closed);
    expect(peer.heard).toMatch(/^CONNECTED\n[^\0]*\0\nRECEIPT\nreceipt-id:77\n\n\0\n$/);
    expect(peer.error).toBeUndefined();
  });

  it('answers a browser: a page, and STOMP by WebSocket', async () => {
    const port = server().portOf('stomp');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    for (const [path, subprotocols] of [
      ['/stomp', []],
      ['/stomp', ['v12.stomp']],
      ['/', ['v12.stomp']],
      ['/ws', ['v11.stomp', 'v12.stomp']],
    ] as const) {
      const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...subprotocols]);
      await once(ws, 'open');
      ws.send(CONNECT);
      expect(String((await once(ws, 'message'))[0])).toMatch(/^CONNECTED\n/);
      ws.terminate();
    }
  });

  it('refuses WebSocket peers that offer other sub-protocols only', async () => {
    const ws = new WebSocket(`ws://127.0.0.1:${server().portOf('stomp')}/stomp`, 'mqtt');
    const [error] = (await once(ws, 'error')) as [Error];
    expect(error.message).toContain('400');
  });
});
