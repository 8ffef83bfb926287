import { connect as connectSecurely } from 'node:tls';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { premise, summary } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

const CONNECT = 'CONNECT\naccept-version:1.2\n\n\0';
const REASON = /^ERROR\n(?:[^\n]+\n)*message:([^\n]*)/m;

/** A peer at the port of STOMP. */
function knock(world: World, server = world.server): Promise<StreamPeer> {
  return StreamPeer.connect(server.portOf('stomp'));
}

async function connected(world: World): Promise<StreamPeer> {
  const peer = await knock(world);
  peer.send(CONNECT);
  await until(() => peer.heard.endsWith('\0\n'));
  premise(peer.heard.startsWith('CONNECTED\n'), 'strangers are let in');
  return peer;
}

/** How a connection ended, in the words that its peer was told. */
async function ending(peer: StreamPeer): Promise<string> {
  await until(() => peer.closed);
  const [, message] = REASON.exec(peer.heard) ?? [];
  if (message !== undefined) return `ERROR: ${message}`;
  return /^HTTP\/1\.1 (\d+)/.exec(peer.heard)?.[1] ?? 'dropped';
}

/** Whether somebody else is answered meanwhile. */
async function othersAreServed(world: World): Promise<boolean> {
  const other = await connected(world);
  other.send('DISCONNECT\nreceipt:1\n\n\0');
  await until(() => other.closed);
  return other.heard.includes('receipt-id:1');
}

export const streams: AttackTopic = {
  title: 'Streams over TCP',
  attacks: [
    {
      id: 'A1',
      attack: 'Opens the port of STOMP and says nothing, or says its CONNECT an octet a second, for ever',
      ancestor: '–',
      ours: 'ERROR: no CONNECT within stomp.connect_timeout',
      async run(world) {
        const [silent, slow] = [await knock(world, world.proxied), await knock(world, world.proxied)];
        const octets = [...`CONNECT\n${'a:b\n'.repeat(100)}`];
        const drip = setInterval(() => slow.send(octets.shift() ?? '\n'), 100);
        const endings = [await ending(silent), await ending(slow)];
        clearInterval(drip);
        return summary(endings);
      },
    },
    {
      id: 'A2',
      attack: 'Opens more connections than `limits.connections_per_address`, and says a line feed on each',
      ancestor: '–',
      ours: 'ERROR: limits.connections_per_address of 1000 is reached',
      async run(world) {
        const peers: StreamPeer[] = [];
        while (peers.length < 1001) {
          const peer = await knock(world);
          peer.send('\n');
          peers.push(peer);
        }
        await until(() => peers.some(({ closed }) => closed));
        const over = peers.find(({ closed }) => closed);
        for (const peer of peers) if (peer !== over) peer.socket.destroy();
        await until(async () => (await world.metric('signalbox_connections')) < 100);
        return over === undefined ? 'is let in' : ending(over);
      },
    },
    {
      id: 'A3',
      attack: 'Sends 32 MB of line feeds, before its CONNECT and after it',
      ancestor: '–',
      ours: 'others are served',
      async run(world) {
        const floods = [await knock(world), await connected(world)];
        const feeds = Buffer.alloc(2 ** 20, '\n');
        for (const { socket } of floods) for (let i = 0; i < 32; i++) socket.write(feeds);
        const served = await othersAreServed(world);
        for (const { socket } of floods) socket.destroy();
        return served ? 'others are served' : 'nobody is served';
      },
    },
    {
      id: 'A4',
      attack: 'Sends frames faster than `limits.messages`, each in a segment of its own',
      ancestor: '–',
      ours: 'is not read for a while',
      async run(world) {
        const before = await world.metric('signalbox_throttled_total');
        const peer = await connected(world);
        const frame = `SEND\ndestination:open/${mark()}\n\nx\0`;
        const flood = setInterval(() => {
          for (let i = 0; i < 50; i++) peer.send(frame);
        }, 10);
        await until(async () => (await world.metric('signalbox_throttled_total')) > before);
        clearInterval(flood);
        peer.socket.destroy();
        return 'is not read for a while';
      },
    },
    {
      id: 'A5',
      attack: 'Subscribes, and does not read what it is sent',
      ancestor: '–',
      ours: 'dropped: 4008',
      async run(world) {
        const [channel, back, deaf] = [`open/${mark()}`, await world.backend(), await connected(world)];
        const slow = 'signalbox_disconnects_total{code="4008"}';
        const before = await world.metric(slow);
        deaf.send(`SUBSCRIBE\nid:1\nreceipt:1\ndestination:${channel}\n\n\0`);
        await until(() => deaf.heard.includes('receipt-id:1'));
        deaf.socket.pause();
        const text = 'x'.repeat(60_000);
        for (let i = 0; i < 200 && (await world.metric(slow)) === before; i++)
          await back.publish(channel, text);
        await until(async () => (await world.metric(slow)) > before);
        deaf.socket.destroy();
        return 'dropped: 4008';
      },
    },
    {
      id: 'A6',
      attack: 'Speaks TLS where none is spoken, HTTP that is none, or what is no protocol at all',
      ancestor: '–',
      ours: 'dropped / 400 / ERROR: the first frame is not CONNECT',
      async run(world) {
        const port = world.server.portOf('stomp');
        const secure = new StreamPeer(connectSecurely({ port, host: '127.0.0.1' }));
        const http = await knock(world);
        http.send('GETTING NOWHERE\r\n\r\n');
        const noise = await knock(world);
        noise.send('what?\n\n\0');
        return summary([await ending(secure), await ending(http), await ending(noise)]);
      },
    },
    {
      id: 'A7',
      attack: 'Ends its side within a frame, and keeps reading',
      ancestor: '–',
      ours: 'dropped',
      async run(world) {
        const peer = await StreamPeer.connect(world.server.portOf('stomp'), { allowHalfOpen: true });
        peer.socket.end(`${CONNECT}SEND\ndestination:open/1\ncontent-length:1000\n\nhalf`);
        await until(() => peer.finished);
        peer.socket.end();
        return ending(peer);
      },
    },
  ],
};
