import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { makeFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server.js';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';
import { XmlTestPeer } from '../support/xml-peer.js';

const ADAM = '<login u="adam" p="adam"/>';
const GUEST = '<login username="guest" password="guest" />';
const ROOMS = '<rooms><room id="1">Lobby 1</room><room id="2">General Chat</room></rooms>';

const server = useServer();

async function tcp(from = server()): Promise<XmlTestPeer> {
  const peer = await XmlTestPeer.tcp(from.portOf('xmlsocket'));
  onTestFinished(() => peer.end());
  return peer;
}

async function webSocket(from = server()): Promise<XmlTestPeer> {
  const peer = await XmlTestPeer.webSocket(`${from.url.replace('http', 'ws')}/xmlsocket`);
  onTestFinished(() => peer.end());
  return peer;
}

describe('XMLSocket of this repository', () => {
  it('has a port that is printed, free where the main one is', () => {
    expect(server().urls['xmlsocket']).toMatch(/^xmlsocket:\/\/127\.0\.0\.1:\d+$/);
    expect(server().portOf('xmlsocket')).not.toBe(8843);
  });

  it('is the same over TCP, over WebSocket, and on the port of XMLSocket by WebSocket', async () => {
    const port = server().portOf('xmlsocket');
    const there = await XmlTestPeer.webSocket(`ws://127.0.0.1:${port}/xmlsocket`);
    onTestFinished(() => there.end());
    for (const [index, peer] of [await tcp(), await webSocket(), there].entries()) {
      const room = index === 0 ? '1' : '2';
      for (const octet of Buffer.from(`${GUEST}\0<room id="${room}" uid="6">\0`)) {
        peer.write(Buffer.from([octet]));
      }
      const heard = await peer.until('<users');
      expect(heard.slice(0, 3)).toEqual([
        '<login login_status="1"><user_id>guest</user_id><username>guest</username><login_error /></login>',
        ROOMS,
        `<users room_id="${room}"><user id="guest">guest</user></users>`,
      ]);
      expect(peer.frames.every(({ binary }) => binary)).toBe(true);
    }
  });

  it('reads texts of WebSocket, several messages in one, and halves', async () => {
    const socket = new WebSocket(`${server().url.replace('http', 'ws')}/xmlsocket`);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    const heard: Buffer[] = [];
    socket.on('message', (octets: Buffer) => heard.push(octets));
    for (const part of [`${ADAM}\0<room id`, '="1"/>\0<ms', 'g>Hé</msg>\0']) socket.send(part);
    await until(() => Buffer.concat(heard).includes('<msg from_id="adam">Hé</msg>\0'));
  });

  it('knows at once that a peer is gone, whether it ends in order or breaks off', async () => {
    const watcher = await tcp();
    watcher.say(ADAM, '<room id="1"/>');
    await watcher.until('<users');
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const peer = await StreamPeer.connect(server().portOf('xmlsocket'));
      peer.send(`${GUEST}\0<room id="1"/>\0`);
      await watcher.until('<msg from_id="0">*guest has entered');
      peer.socket[leave]();
      await watcher.until('<msg from_id="0">*guest has left');
    }
  });

  it('knows at once that the process of a peer was killed', async () => {
    const watcher = await tcp();
    watcher.say(ADAM, '<room id="1"/>');
    await watcher.until('<users');
    const enter = JSON.stringify(`${GUEST}\0<room id="1"/>\0`);
    const program = `require('node:net').connect(${server().portOf('xmlsocket')}, '127.0.0.1').write(${enter})`;
    const client = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
    onTestFinished(() => void client.kill('SIGKILL'));
    await watcher.until('<msg from_id="0">*guest has entered');
    client.kill('SIGKILL');
    await watcher.until('<msg from_id="0">*guest has left');
    expect(watcher.closed).toBeUndefined();
  });

  it('answers players that ask for the policy, on its port and on one of its own', async () => {
    const config = makeFolder({
      'signalbox.yml': `listen: { xmlsocket_port: 0, policy_port: 0 }
routing: r.yml
xmlsocket: { policy_domains: [shop.example.com, '*.example.org'], policy_ports: ['8843', '9000-9009'] }
`,
      'r.yml': `chat.room: { channel: 'c/{room}', handler: chat.room }
chat.rooms: { channel: 'chat/rooms', handler: chat.rooms, access: { call: anyone } }
chat.user: { channel: 'u/{user_id}', handler: chat.user }
`,
    });
    const own = await ServerProcess.start({ config: `${config}/signalbox.yml` });
    onTestFinished(() => own.stop());
    const policy =
      '<?xml version="1.0"?><cross-domain-policy>' +
      '<allow-access-from domain="shop.example.com" to-ports="8843,9000-9009"/>' +
      '<allow-access-from domain="*.example.org" to-ports="8843,9000-9009"/>' +
      '</cross-domain-policy>\0';
    const policyPort = Number(/policy\S*:(\d+)/.exec(own.stdout)?.[1]);
    for (const port of [own.portOf('xmlsocket'), policyPort]) {
      for (const request of ['<policy-file-request/>\0', '<cross-domain-request/>\0']) {
        const player = await StreamPeer.connect(port);
        player.send(request);
        await until(() => player.closed);
        expect(player.heard).toBe(policy);
        expect(player.error).toBeUndefined();
      }
    }
  });

  it('tells who is there that it restarts, and ends the connections in order', async () => {
    const own = await ServerProcess.start();
    onTestFinished(() => own.stop());
    const peers = [await tcp(own), await webSocket(own)];
    for (const peer of peers) peer.say(ADAM);
    for (const peer of peers) await peer.until('<rooms');
    own.signal('SIGTERM');
    for (const peer of peers) {
      expect((await peer.until('<error')).at(-1)).toMatch(
        /^<error code="draining" retry="\d+">the server restarts<\/error>$/,
      );
      await until(() => peer.closed);
    }
    expect(peers[1]?.closed).toEqual({ code: 4001 });
    expect((await own.exit).code).toBe(0);
  });
});
