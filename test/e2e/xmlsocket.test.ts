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

  it('knows at once that a peer is gone, whether it says so or its process is killed', async () => {
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
      expect((await peer.until('<error')).at(-1)).toBe('<error code="draining">the server restarts</error>');
      await until(() => peer.closed);
    }
    expect(peers[1]?.closed).toEqual({ code: 4001 });
    expect((await own.exit).code).toBe(0);
  });
});

describe('a server that is attacked over XMLSocket', () => {
  const KILOBYTES = 64;
  const bomb = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY lol${i} "${`&lol${i - 1 || ''};`.repeat(10)}">`,
  ).join('')}]><msg>&lol8;</msg>`;

  it.each([
    ['an XML bomb', bomb],
    ['an external entity', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><msg>&f;</msg>'],
    ['an instruction', '<?php system("id") ?><msg/>'],
    ['elements without end', '<a>'.repeat(20_000)],
    ['an element of a megabyte', `<msg>${'x'.repeat(1_000_000)}</msg>`],
    ['a megabyte without an end', 'x'.repeat(1_000_000)],
    ['a name of a megabyte', `<${'a'.repeat(1_000_000)}/>`],
    ['attributes without end', `<msg ${Array.from({ length: 5000 }, (_, i) => `a${i}="1"`).join(' ')}/>`],
  ])(
    'answers %s with an error, ends that connection in order, and serves the others',
    async (_what, octets) => {
      const attacker = await StreamPeer.connect(server().portOf('xmlsocket'));
      attacker.send(`${octets}\0`);
      await until(() => attacker.closed);
      expect(attacker.heard).toMatch(/^<error code="(?:bad_request|payload_too_large)"[^\0]*<\/error>\0$/);
      expect(attacker.heard).not.toContain('root:');
      const other = await tcp();
      other.say(ADAM);
      await other.until('<rooms');
      expect(server().running).toBe(true);
    },
  );

  it('stays small under a hundred faults in every message', async () => {
    const before = await server().metric('process_resident_memory_bytes');
    const peers = await Promise.all(Array.from({ length: 20 }, () => tcp()));
    for (const peer of peers) {
      for (let n = 0; n < 100; n++) peer.say(`<msg>${'&x;'.repeat((KILOBYTES * 1000) / 3 - 10)}</msg>`);
      peer.say(ADAM);
    }
    await Promise.all(peers.map((peer) => peer.until('<rooms')));
    const after = await server().metric('process_resident_memory_bytes');
    expect(after - before).toBeLessThan(150 * 2 ** 20);
  }, 60_000);

  it('is guessed at no faster than limits.failed_logins allows, and says so', async () => {
    const config = makeFolder({
      'signalbox.yml': `listen: { xmlsocket_port: 0 }
routing: r.yml
limits: { failed_logins: 3/h }
auth: { logins: { adam: { secret: adam's secret } } }
`,
      'r.yml': `chat.room: { channel: 'c/{room}', handler: chat.room }
chat.rooms: { channel: 'chat/rooms', handler: chat.rooms, access: { call: anyone } }
chat.user: { channel: 'u/{user_id}', handler: chat.user }
`,
    });
    const own = await ServerProcess.start({ config: `${config}/signalbox.yml` });
    onTestFinished(() => own.stop());
    let refusal: string | undefined;
    for (let connection = 0; connection < 4 && refusal === undefined; connection++) {
      const guesser = await tcp(own);
      guesser.say(...Array.from({ length: 5 }, (_, i) => `<login u="adam" p="guess ${i}"/>`));
      await until(() => guesser.closed);
      expect(guesser.messages.filter((message) => message === '<login ok="0"/>')).toHaveLength(5);
      refusal = guesser.messages.find((message) => message.startsWith('<error'));
    }
    expect(refusal).toMatch(/^<error code="limit_exceeded" [^>]*>limits\.failed_logins/);
    const late = await tcp(own);
    late.say('<login u="adam" p="adam\'s secret"/>');
    expect(await late.until('<error')).toContain('<login ok="0"/>');
  });
});
