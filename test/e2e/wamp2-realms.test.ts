import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { KEY } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer({ env: { SIGNALBOX_WAMP_REALMS: 'other' } });
const headers = { authorization: `Bearer ${KEY}` };

/** A WAMP v2 peer, welcomed in a realm. */
async function join(realm: string, user: string) {
  const address = `${server().webSocketUrl()}?ticket=${server().ticket(user, ['7'])}`;
  const socket = new WebSocket(address, 'wamp.2.json');
  onTestFinished(() => socket.terminate());
  const heard: unknown[][] = [];
  const peer = { socket, heard, code: 0, send: (message: unknown) => socket.send(JSON.stringify(message)) };
  socket.on('message', (data) => void heard.push(JSON.parse(String(data))));
  socket.on('close', (code) => void (peer.code = code));
  await once(socket, 'open');
  peer.send([1, realm, { roles: { subscriber: {}, publisher: {} } }]);
  await until(() => heard.length > 0);
  expect(heard.shift()).toMatchObject([2, expect.any(Number), { realm, authid: user }]);
  return peer;
}

describe('a user with sessions in two realms', () => {
  it('is ended in both by the application, and answers GOODBYE', async () => {
    const [here, there, other] = [
      await join('realm1', '5'),
      await join('other', '5'),
      await join('other', '6'),
    ];
    const response = await fetch(`${server().url}/api/disconnect`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ user: '5', reason: 'logged out' }),
    });
    expect(await response.json()).toEqual({ disconnected: 2 });
    for (const peer of [here, there]) {
      await until(() => peer.heard.length > 0);
      expect(peer.heard).toEqual([[6, { message: 'logged out' }, 'wamp.close.killed']]);
      peer.send([6, {}, 'wamp.close.goodbye_and_out']);
      await until(() => peer.code !== 0);
      expect(peer.code).toBe(4503);
    }
    expect(other.heard).toEqual([]);
  });

  it('is counted when it speaks no WAMP', async () => {
    const peer = await join('other', '8');
    peer.send({ not: 'a message' });
    await until(() => peer.code !== 0);
    expect(peer.heard).toEqual([[3, { message: expect.any(String) }, 'wamp.error.protocol_violation']]);
    const metrics = await (await fetch(`${server().url}/metrics`, { headers })).text();
    expect(metrics).toContain('signalbox_malformed_messages_total{protocol="wamp2"} 1');
  });
});
