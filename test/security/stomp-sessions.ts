import type { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { premise, summary } from './outcomes.js';
import { LOGIN, mark } from './scene.js';
import type { World } from './world.js';

type Headers = Readonly<Record<string, string>>;
type Request = readonly [command: string, headers: Headers, body?: string];

/** What a peer is told last, and whether it is gone then. */
export async function refusal(peer: StompTestPeer): Promise<string> {
  await until(() => peer.closed !== undefined || peer.of('ERROR').length > 0);
  return `refused: ${peer.of('ERROR').at(-1)?.headers['code'] ?? 'without a word'}`;
}

/** What becomes of one request of a session of its own. */
export async function attempt(world: World, [command, headers, body]: Request): Promise<string> {
  const peer = await world.stomp();
  const answer = await peer.ask(command, headers, body);
  peer.drop();
  return answer.command === 'RECEIPT' ? 'done' : `refused: ${answer.headers['code']}`;
}

/** Sends all of them at once, and hears how that ends. */
async function flood(world: World, requests: Iterable<Request>, server = world.server): Promise<string> {
  const peer = await world.stomp({}, server);
  for (const [command, headers, body] of requests) peer.send(command, headers, body);
  return refusal(peer);
}

function* many(count: number, make: (i: number) => Request): Generator<Request> {
  for (let i = 0; i < count; i++) yield make(i);
}

/** Whether somebody else is answered meanwhile. */
export async function others(world: World): Promise<string> {
  const other = await world.stomp();
  const channel = `open/${mark()}`;
  await other.ask('SUBSCRIBE', { id: '1', destination: channel });
  await other.ask('SEND', { destination: channel }, 'x');
  await until(() => other.of('MESSAGE').length > 0);
  other.drop();
  return 'others are served';
}

const IDS = ['1', '0', '-1', '1.1', '1e3', '0x1', 'NaN', '.', '1.', '__proto__', '9'.repeat(400), '1.1.1'];
const EVIL = 'a\\nmessage-id:evil\\n\\nforged\\r\\c';
const FORGED_FRAME = 'x\0\nMESSAGE\nmessage-id:evil\n\nforged\0';

/** Members in every version that hear a channel. */
async function audience(world: World, channel: string): Promise<readonly StompTestPeer[]> {
  const peers = await Promise.all(
    ['1.0', '1.1', '1.2'].map((version) => world.stomp({ 'accept-version': version })),
  );
  for (const peer of peers) await peer.ask('SUBSCRIBE', { id: '1', destination: channel });
  return peers;
}

/** Whether each has had this many messages, and none that pretends to be another. */
async function heard(peers: readonly StompTestPeer[], count: number): Promise<string> {
  await until(() => peers.every((peer) => peer.of('MESSAGE').length >= count));
  const frames = peers.flatMap((peer) => peer.of('MESSAGE'));
  const forged = frames.filter(
    ({ headers, body }) => headers['message-id'] === 'evil' || body.startsWith('forged') || body === '',
  );
  return frames.length === count * peers.length && forged.length === 0
    ? 'nothing is forged'
    : JSON.stringify(forged);
}

export const stompSessions: AttackTopic = {
  title: 'Sessions of STOMP',
  attacks: [
    {
      id: 'M1',
      attack: 'Sends more than `limits.publishes`, and asks for no receipts',
      ancestor: '–',
      ours: 'refused: limit_exceeded',
      run: (world) =>
        flood(
          world,
          many(20, () => ['SEND', { destination: 'open/flood' }, 'x']),
          world.proxied,
        ),
    },
    {
      id: 'M2',
      attack: 'Subscribes 10,000 times, to channels of its own',
      ancestor: '–',
      ours: 'refused: limit_exceeded, others are served',
      async run(world) {
        const all = many(10_000, (i) => ['SUBSCRIBE', { id: `${i}`, destination: `open/${i}` }]);
        const [result, served] = await Promise.all([flood(world, all), others(world)]);
        return `${result}, ${served}`;
      },
    },
    {
      id: 'M3',
      attack: 'Acknowledges what it was never sent, and rejects it: ids of others, of nothing, of 400 digits',
      ancestor: '–',
      ours: 'passed over',
      async run(world) {
        const peer = await world.stomp();
        for (const [command, headers] of many(300, (i) => [
          i % 2 === 0 ? 'ACK' : 'NACK',
          { id: IDS[i % IDS.length] ?? '' },
        ]))
          peer.send(command, headers);
        const answer = await peer.ask('ACK', { id: '1' });
        return answer.command === 'RECEIPT' && peer.of('ERROR').length === 0 ? 'passed over' : refusal(peer);
      },
    },
    {
      id: 'M4',
      attack: 'Begins transactions without end, and fills some with bodies and headers that it never commits',
      ancestor: '–',
      ours: 'refused: limit_exceeded',
      async run(world) {
        const begin = (i: number): Request => ['BEGIN', { transaction: `${i}` }];
        const long = { long: 'x'.repeat(8000), longer: 'x'.repeat(8000) };
        const send = (i: number, headers: Headers, body: string): Request => [
          'SEND',
          { destination: 'open/1', transaction: `${i % 50}`, ...headers },
          body,
        ];
        const bombs = [
          [...many(101, begin)],
          [...many(50, begin), ...many(100, (i) => send(i, {}, 'x'.repeat(60_000)))],
          [...many(50, begin), ...many(100, (i) => send(i, long, ''))],
        ];
        const results: string[] = [];
        for (const bomb of bombs) results.push(await flood(world, bomb));
        return summary(results);
      },
    },
    {
      id: 'M5',
      attack: 'Asks for replies under more names than `stomp.temp_queues`',
      ancestor: '–',
      ours: 'refused: limit_exceeded',
      run: (world) =>
        flood(
          world,
          many(101, (i) => ['SEND', { destination: 'open/1', 'reply-to': `/temp-queue/${i}` }, 'x']),
        ),
    },
    {
      id: 'M6',
      attack: 'Listens where somebody else awaits a reply, and sends to reply queues that it guesses',
      ancestor: '–',
      ours: 'refused: forbidden / refused: no_such_route, not delivered',
      async run(world) {
        const channel = `open/${mark()}`;
        const [asker, responder] = [await world.stomp(), await world.stomp()];
        await responder.ask('SUBSCRIBE', { id: '1', destination: channel });
        await asker.ask('SEND', { destination: channel, 'reply-to': '/temp-queue/1' }, 'question');
        await until(() => responder.of('MESSAGE').length > 0);
        const address = responder.of('MESSAGE')[0]?.headers['reply-to'] ?? '';
        const page = await world.session();
        const results = [
          await attempt(world, ['SUBSCRIBE', { id: '1', destination: address }]),
          await attempt(world, [
            'SUBSCRIBE',
            { id: '1', destination: address.replace('/reply', '/queue/reply') },
          ]),
          await page.subscribe(address.slice(1)),
          await attempt(world, ['SEND', { destination: `/reply-queue/${'0'.repeat(32)}` }, 'x']),
        ];
        await page.subscribe('reply-queue', { match: 'prefix' });
        const text = mark();
        await responder.ask('SEND', { destination: address }, text);
        await until(() => asker.of('MESSAGE').some(({ body }) => body === text));
        return `${summary(results)}, ${(await page.heard(text)) ? 'delivered' : 'not delivered'}`;
      },
    },
    {
      id: 'M7',
      attack:
        'Writes line ends, colons and whole frames into headers and bodies, in STOMP, WAMP and over HTTP',
      ancestor: '–',
      ours: 'nothing is forged',
      async run(world) {
        const channel = `open/${mark()}`;
        const peers = await audience(world, channel);
        const sender = await world.stomp();
        await sender.ask('SEND', { destination: channel, [`x${EVIL}`]: 'y', y: EVIL }, 'body');
        const [page, backend] = [await world.session(), await world.backend()];
        await page.publish(channel, FORGED_FRAME);
        await backend.publish(channel, FORGED_FRAME);
        return heard(peers, 3);
      },
    },
    {
      id: 'M8',
      attack: 'Claims in `user-id` to be user 5',
      ancestor: '–',
      ours: 'refused: forbidden',
      run: (world) => attempt(world, ['SEND', { destination: 'open/1', 'user-id': '5' }, 'x']),
    },
    {
      id: 'M9',
      attack: 'Says in `message-id`, `subscription` and `redelivered` what the server says there',
      ancestor: '–',
      ours: 'nothing is forged',
      async run(world) {
        const channel = `open/${mark()}`;
        const peers = await audience(world, channel);
        const sender = await world.stomp();
        const forged = {
          'message-id': 'evil',
          subscription: '7',
          redelivered: 'true',
          ' message-id': 'evil',
        };
        await sender.ask('SEND', { destination: channel, ...forged }, 'body');
        const result = await heard(peers, 1);
        const frames = peers.flatMap((peer) => peer.of('MESSAGE'));
        const isOwn = frames.every(
          ({ headers }) => headers['subscription'] === '1' && !('redelivered' in headers),
        );
        return isOwn && frames.every(({ headers }) => headers[' message-id'] === undefined)
          ? result
          : 'forged';
      },
    },
    {
      id: 'M10',
      attack: 'Guesses passcodes of joe by CONNECT, and brings the right one after too many',
      ancestor: '–',
      ours: 'refused: limit_exceeded',
      async run(world) {
        const connect = async (passcode: string) => {
          try {
            await world.stomp({ login: 'joe', passcode }, world.proxied);
            return 'let in';
          } catch (error) {
            return String(error);
          }
        };
        for (let i = 0; i < 8; i++) premise((await connect(`guess ${i}`)) !== 'let in', 'guesses are wrong');
        const [, code] = /"code":"(\w+)"/.exec(await connect(LOGIN)) ?? [];
        return code === undefined ? 'let in' : `refused: ${code}`;
      },
    },
  ],
};
