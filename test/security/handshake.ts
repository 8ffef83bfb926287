import { oroTicket } from '../support/oro-tickets.js';
import { frameOf, OPCODE } from '../support/raw-websocket.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { bearer, heard, premise, summary } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

const FORBIDDEN = '403 forbidden';
/** Its digest is made in a thread, so the answer takes some milliseconds. */
const SLOW_TO_CHECK = oroTicket({ username: 'admin', password: 'x' });

/** What comes of a page of each origin, with a sound ticket. */
async function fromOrigins(world: World, ...origins: string[]): Promise<string> {
  premise((await fromOrigin(world, 'https://app.example.com')) === 'let in', 'the listed origin may connect');
  return summary(await Promise.all(origins.map((origin) => fromOrigin(world, origin))));
}

function fromOrigin(world: World, Origin: string): Promise<string> {
  return world.present(world.ticket('5'), { headers: { Origin } });
}

/** Guesses keys, each time as if from another address, until it is not listened to; gives the last answer. */
async function guess(
  world: World,
  forwarded: (i: number) => string,
  server = world.guarded,
): Promise<string> {
  let answer = '';
  for (let i = 0; i < 8 && !answer.startsWith('429'); i++) {
    const headers = { ...bearer(`guess-${i}`), 'x-forwarded-for': forwarded(i) };
    answer = await world.request('/metrics', { headers, server });
  }
  return answer;
}

export const handshake: AttackTopic = {
  title: 'Handshakes',
  attacks: [
    {
      id: 'H1',
      attack: 'A page of a foreign origin connects in the browser of a user, with their ticket',
      ancestor: 'answers 403',
      ours: FORBIDDEN,
      run: (world) => fromOrigins(world, 'https://evil.example'),
    },
    {
      id: 'H2',
      attack: 'A page from a file or a sandbox connects: `Origin: null`',
      ancestor: 'answers 403',
      ours: FORBIDDEN,
      run: (world) => fromOrigins(world, 'null', 'NULL', 'file://', ''),
    },
    {
      id: 'H3',
      attack:
        'A page whose host contains the allowed one: `app.example.com.evil`, `evil-app.example.com`, `app.example.com@evil`',
      ancestor: 'answers 403: hosts are compared as a whole',
      ours: FORBIDDEN,
      run: (world) =>
        fromOrigins(
          world,
          'https://app.example.com.evil',
          'https://evil-app.example.com',
          'https://app.example.com@evil.example',
          'https://evil.example, https://app.example.com',
          'https://evil.example/https://app.example.com',
        ),
    },
    {
      id: 'H4',
      attack: 'A page of the allowed host with another scheme or port, or of another port of `localhost`',
      ancestor: 'lets it in: scheme and port are not looked at, and `localhost` is always allowed',
      ours: FORBIDDEN,
      run: (world) =>
        fromOrigins(world, 'http://app.example.com', 'https://app.example.com:8443', 'http://localhost:1'),
    },
    {
      id: 'H5',
      attack: 'Leaves the `Origin` out, where `listen.missing_origin` refuses that',
      ancestor: 'answers 403',
      ours: FORBIDDEN,
      run: (world) => world.present(world.ticket('5'), { server: world.guarded }),
    },
    {
      id: 'H6',
      attack: 'Connects without credentials, where `auth.anonymous` is off',
      ancestor: 'lets it in: Gos knows it as nobody, OroPlatform gives it an anonymous ticket',
      ours: 'closed: 4500, credentials are missing',
      async run(world) {
        const { guarded } = world;
        const headers = { Origin: guarded.url };
        premise(
          (await world.present(world.ticket('5'), { server: guarded, headers })) === 'let in',
          'a user may',
        );
        return world.enter({ server: guarded, headers });
      },
    },
    {
      id: 'H7',
      attack: 'Waits for the WELCOME, to know a session before it has proved who it is',
      ancestor: 'sends WELCOME first and asks afterwards',
      ours: 'nothing is sent before closed: 4500',
      async run(world) {
        const socket = await world.knock({}, { query: '?ticket=wrong' });
        await until(() => socket.ended || socket.closeFrame !== undefined);
        const [first, ...more] = socket.frames;
        premise(first !== undefined && more.length === 0, 'there is one frame');
        const what = first?.opcode === OPCODE.close ? 'nothing' : String(first?.payload);
        return `${what} is sent before closed: ${socket.closeFrame?.code}`;
      },
    },
    {
      id: 'H8',
      attack: 'Publishes in the packet of the handshake, before its wrong ticket has been looked at',
      ancestor: '–',
      ours: 'not delivered, closed: 4500',
      async run(world) {
        const victim = await world.listener(await world.page(), 'open/early');
        const text = mark();
        const publish = frameOf(OPCODE.text, Buffer.from(JSON.stringify([7, 'open/early', text])));
        const sockets = await Promise.all(
          ['?ticket=wrong', `?ticket=${encodeURIComponent(SLOW_TO_CHECK)}`].map((query) =>
            world.knock({ after: publish }, { query }),
          ),
        );
        await until(() => sockets.every(({ closeFrame }) => closeFrame !== undefined));
        await victim.settle();
        const codes = summary(sockets.map(({ closeFrame }) => `closed: ${closeFrame?.code}`));
        return `${heard(victim, text) ? 'delivered' : 'not delivered'}, ${codes}`;
      },
    },
    {
      id: 'H9',
      attack: 'Offers only sub-protocols that the server does not speak',
      ancestor: 'lets it in and speaks WAMP',
      ours: '400 bad_request',
      run: (world) => world.enter({ headers: { 'Sec-WebSocket-Protocol': 'mqtt, v2.bogus' } }),
    },
    {
      id: 'H10',
      attack: 'Connects and says nothing',
      ancestor: 'keeps it: OroPlatform leaves `keepalive_ping` off, and nothing else asks',
      ours: 'dropped',
      async run(world) {
        const socket = await world.knock({}, { server: world.proxied });
        premise(socket.status === 101, 'it is let in');
        await until(() => socket.ended);
        return socket.closeFrame === undefined ? 'dropped' : `closed: ${socket.closeFrame.code}`;
      },
    },
    {
      id: 'H11',
      attack: 'Guesses keys, under an `X-Forwarded-For` of its own with each attempt',
      ancestor: 'knows a list of blocked addresses, and counts nothing',
      ours: '429 limit_exceeded',
      run: (world) => guess(world, (i) => `198.51.100.${i}`),
    },
    {
      id: 'H12',
      attack: 'The same behind a trusted proxy, which adds the address that it sees',
      ancestor: 'sees the address of the proxy',
      ours: '429 limit_exceeded',
      run: (world) => guess(world, (i) => `198.51.100.${i}, 203.0.113.9`, world.proxied),
    },
    {
      id: 'H13',
      attack: 'Has guessed too often, and connects with what is right',
      ancestor: '–',
      ours: '429 limit_exceeded',
      async run(world) {
        const from = { 'X-Forwarded-For': '203.0.113.10' };
        const { proxied: server } = world;
        for (let i = 0; i < 6; i++) await world.present(`v1.guess.${i}`, { server, headers: from });
        const sound = world.ticket('5');
        const elsewhere = { 'X-Forwarded-For': '203.0.113.11' };
        const answer = await world.present(sound, { server, headers: from });
        premise(
          (await world.present(sound, { server, headers: elsewhere })) === 'let in',
          'others may connect',
        );
        return answer;
      },
    },
    {
      id: 'H14',
      attack: 'Comes from a blocked address, and writes another one into `X-Forwarded-For`',
      ancestor: 'knows the address of the TCP connection only',
      ours: FORBIDDEN,
      run: (world) =>
        world.present(world.ticket('5'), {
          server: world.proxied,
          headers: { 'X-Forwarded-For': '198.51.100.1, 203.0.113.66' },
        }),
    },
  ],
};
