import { connect, type Socket } from 'node:net';
import { frameOf, OPCODE } from '../support/raw-websocket.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { premise, summary } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

const PAGE = { origin: 'https://app.example.com' };

/** Sends octets to the port of the server, and tells what came back until it ended. */
async function octets(world: World, bytes: readonly number[], server = world.server): Promise<Buffer> {
  const socket = connect(server.port, '127.0.0.1');
  const got: Buffer[] = [];
  let ended = false;
  socket
    .on('data', (chunk) => got.push(chunk))
    .on('error', () => undefined)
    .on('close', () => (ended = true));
  socket.write(Buffer.from(bytes));
  await until(() => ended);
  return Buffer.concat(got);
}

/** What a long-poll transport answers. */
async function post(
  world: World,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = PAGE,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = { 'content-type': 'application/json', ...headers };
  const response = await fetch(`${world.server.url}/lp/${path}`, {
    method: 'POST',
    headers: sent,
    body: text,
  });
  return { status: response.status, text: await response.text() };
}

/** The path of a new long-poll transport. */
async function open(world: World): Promise<string> {
  const { status, text } = await post(world, 'open', { protocols: ['wamp.2.json'] });
  premise(status === 200, 'a transport is opened');
  return (JSON.parse(text) as { transport: string }).transport;
}

function frame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** A RawSocket peer that is subscribed and does not read. */
async function deafPeer(world: World, channel: string): Promise<Socket> {
  const socket = connect(world.server.port, '127.0.0.1');
  let got = 0;
  socket.on('data', (chunk) => (got += chunk.length)).on('error', () => undefined);
  socket.write(Buffer.from([0x7f, 0xf1, 0, 0]));
  await until(() => got >= 4);
  socket.write(
    Buffer.concat([frame([1, 'realm1', { roles: { subscriber: {} } }]), frame([32, 1, {}, channel])]),
  );
  await until(() => got > 400);
  socket.pause();
  return socket;
}

const BOMBS: readonly (readonly [subprotocol: string, octets: readonly number[]])[] = [
  ['wamp.2.msgpack', [0xdd, 0xff, 0xff, 0xff, 0xff]],
  ['wamp.2.msgpack', [0x94, 16, 1, 0x80, 0xdb, 0x7f, 0xff, 0xff, 0xff]],
  ['wamp.2.msgpack', Array(60_000).fill(0x91)],
  ['wamp.2.cbor', [0x9b, ...Array(8).fill(0xff)]],
  ['wamp.2.cbor', Array(60_000).fill(0x81)],
  ['wamp.2.cbor', Array(60_000).fill(0x9f)],
  ['wamp.2.cbor', Array(60_000).fill(0xc1)],
  ['wamp.2.cbor', [0x84, 16, 1, 0xa0, 0xc2, 0x59, 0xe0, 0x00, ...Array(57_344).fill(0xff)]],
  ['wamp.2.msgpack.batched', [0xff, 0xff, 0xff, 0xff, 1]],
  ['wamp.2.json.batched', Array(60_000).fill(0x1e)],
];

export const wamp2Transports: AttackTopic = {
  title: 'Transports of WAMP v2',
  attacks: [
    {
      id: 'W1',
      attack:
        'Says in a few octets that billions follow, or nests 60,000 levels, in MessagePack, CBOR and batches',
      ancestor: '–',
      ours: 'aborted: wamp.error.protocol_violation / closed: 4501',
      async run(world) {
        const results: string[] = [];
        for (const [subprotocol, bytes] of BOMBS) {
          const peer = await world.peer({}, subprotocol);
          premise(peer.socket.status === 101, `${subprotocol} is spoken`);
          peer.socket.socket.write(frameOf(OPCODE.binary, Buffer.from(bytes)));
          results.push((await peer.end()).split(',')[0] ?? '');
        }
        return summary(results.sort());
      },
    },
    {
      id: 'W2',
      attack: 'Sends a thousand messages in each batch, to be read faster than `limits.messages`',
      ancestor: '–',
      ours: 'is not read for a while',
      async run(world) {
        const peer = await world.peer({}, 'wamp.2.json.batched');
        const text = (message: unknown) => `${JSON.stringify(message)}\u001e`;
        peer.send(text([1, 'realm1', { roles: { caller: {}, subscriber: {} } }]));
        await until(() => peer.of(2).length > 0);
        const before = await world.metric('signalbox_throttled_total');
        peer.send(Array.from({ length: 1000 }, (_, i) => text([34, i + 1, i + 1])).join(''));
        await until(() => peer.of(8).length === 1000);
        peer.send(text([34, 2000, 1]));
        const throttled = (await world.metric('signalbox_throttled_total')) - before;
        return throttled === 1 && peer.of(8).length === 1000 ? 'is not read for a while' : 'is read';
      },
    },
    {
      id: 'W3',
      attack:
        'Sends RawSocket an unknown serializer, reserved bits, a frame of 16 MB, of no kind, or HTTP after its handshake',
      ancestor: '–',
      ours: '7f100000 / 7f300000 / 7f710000 and the end',
      async run(world) {
        const hello = [0x7f, 0xf1, 0, 0];
        const answers = [
          await octets(world, [0x7f, 0xf9, 0, 0]),
          await octets(world, [0x7f, 0xf1, 1, 1]),
          await octets(world, [...hello, 0, 0xff, 0xff, 0xff]),
          await octets(world, [...hello, 8, 0, 0, 0]),
          await octets(world, [...hello, 3, 0, 0, 0]),
          await octets(world, [...hello, ...Buffer.from('GET / HTTP/1.1\r\n\r\n')]),
        ];
        return `${summary(answers.map((answer) => answer.toString('hex')))} and the end`;
      },
    },
    {
      id: 'W4',
      attack: 'Opens a connection and sends nothing, or one octet of RawSocket, and no more',
      ancestor: '–',
      ours: 'dropped',
      async run(world) {
        const answers = await Promise.all([[], [0x7f]].map((bytes) => octets(world, bytes, world.proxied)));
        return answers.every(({ length }) => length === 0) ? 'dropped' : answers.join();
      },
    },
    {
      id: 'W5',
      attack: 'Does not read what it is sent, over RawSocket and long-poll',
      ancestor: '–',
      ours: 'dropped: 4008',
      async run(world) {
        const [channel, back] = [`open/${mark()}`, await world.backend()];
        const slow = 'signalbox_disconnects_total{code="4008"}';
        const before = await world.metric(slow);
        const deaf = await deafPeer(world, channel);
        const path = await open(world);
        await post(world, `${path}/send`, [1, 'realm1', { roles: { subscriber: {} } }]);
        await post(world, `${path}/send`, [32, 1, {}, channel]);
        const text = 'x'.repeat(60_000);
        for (let i = 0; i < 200 && (await world.metric(slow)) - before < 2; i++)
          await back.publish(channel, text);
        await until(async () => (await world.metric(slow)) - before === 2);
        deaf.destroy();
        return (await post(world, `${path}/receive`, '')).status === 404 ? 'dropped: 4008' : 'is kept';
      },
    },
    {
      id: 'W6',
      attack: 'Guesses the name of a long-poll transport, or uses one whose peer has closed it',
      ancestor: '–',
      ours: '404',
      async run(world) {
        const path = await open(world);
        await post(world, `${path}/close`, '');
        const names = [path, '0'.repeat(32), '__proto__', 'constructor', '..%2f', 'poll-1', '1'];
        const statuses = await Promise.all(
          names.flatMap((name) =>
            ['receive', 'send', 'close'].map((what) => post(world, `${name}/${what}`, '[]')),
          ),
        );
        return summary(statuses.map(({ status }) => String(status)));
      },
    },
    {
      id: 'W7',
      attack:
        'A foreign page opens a long-poll transport in the browser of a user, or uses one that it has learnt of',
      ancestor: '–',
      ours: '403',
      async run(world) {
        const path = await open(world);
        const answers: string[] = [];
        for (const origin of [
          'https://evil.example',
          'null',
          'http://app.example.com',
          'https://app.example.com.evil',
        ]) {
          const headers = { origin, cookie: 'live=x; PHPSESSID=x', 'content-type': 'text/plain' };
          for (const to of ['open', `${path}/receive`, `${path}/send`, `${path}/close`])
            answers.push(String((await post(world, to, { protocols: ['wamp.2.json'] }, headers)).status));
        }
        return summary(answers);
      },
    },
    {
      id: 'W8',
      attack:
        'Sends long-poll what is no offer and no message: 4,000 brackets, 10,000 offers, 70,000 octets, nothing',
      ancestor: '–',
      ours: '400 / 413',
      async run(world) {
        const path = await open(world);
        const long = await post(world, `${path}/send`, 'x'.repeat(70_000));
        const answers = [
          await post(world, 'open', '['.repeat(4000)),
          await post(world, 'open', { protocols: Array(1000).fill('x') }),
          await post(world, 'open', { protocols: ['wamp', '__proto__', 'wamp.2.json.'] }),
          await post(world, `${path}/send`, ''),
          await post(world, `${path}/send`, 'nope'),
          long,
        ];
        return summary(answers.map(({ status }) => String(status)));
      },
    },
    {
      id: 'W9',
      attack: 'Opens a long-poll transport by the cookie of a user, without an `Origin`',
      ancestor: '–',
      ours: 'is anonymous',
      async run(world) {
        const headers = { cookie: `live=${world.ticket('5')}` };
        const { text } = await post(world, 'open', { protocols: ['wamp.2.json'] }, headers);
        const { transport } = JSON.parse(text) as { transport: string };
        await post(world, `${transport}/send`, [1, 'realm1', { roles: { caller: {} } }], {});
        const welcome = JSON.parse((await post(world, `${transport}/receive`, '', {})).text) as unknown[];
        await post(world, `${transport}/close`, '', {});
        return `is ${(welcome[2] as { authrole: string }).authrole}`;
      },
    },
  ],
};
