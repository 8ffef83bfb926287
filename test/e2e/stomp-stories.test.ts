import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.js';
import { ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { stompServer } from '../support/stomp-server.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer(stompServer);

const WIRES = {
  TCP: () => StompTestPeer.tcp(server().portOf('stomp')),
  WebSocket: () =>
    StompTestPeer.webSocket(`${server().url.replace('http', 'ws')}/stomp`, { subprotocols: ['v12.stomp'] }),
  'binary WebSocket': () =>
    StompTestPeer.webSocket(`${server().url.replace('http', 'ws')}/stomp`, { binary: true }),
} as const;
type Wire = keyof typeof WIRES;

async function connect(
  wire: Wire = 'TCP',
  headers: Readonly<Record<string, string>> = {},
): Promise<StompTestPeer> {
  const peer = await WIRES[wire]();
  onTestFinished(() => peer.drop());
  await peer.connect({ 'accept-version': '1.2', ...headers });
  return peer;
}

async function subscriber(destination: string, wire: Wire = 'TCP', login = ''): Promise<StompTestPeer> {
  const peer = await connect(wire, login === '' ? {} : LOGINS[login]);
  const answer = await peer.ask('SUBSCRIBE', { id: 's', destination });
  expect(answer.command).toBe('RECEIPT');
  return peer;
}

const LOGINS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  guest: { login: 'guest', passcode: 'guest' },
  system: { login: 'system', passcode: 'manager' },
};

const bodies = (peer: StompTestPeer): readonly string[] => peer.of('MESSAGE').map(({ body }) => body);

describe('a message', () => {
  const wires = Object.keys(WIRES) as Wire[];

  it.each(wires.flatMap((from) => wires.map((to) => [from, to] as const)))(
    'goes from %s to %s with every octet, those that are no text included',
    async (from, to) => {
      const octets = Buffer.concat([
        Buffer.from([0, 255, 254, 0, 10, 13, 0xc3]),
        randomBytes(500),
        Buffer.from([0]),
      ]);
      const body = from === 'WebSocket' ? Buffer.from('NUL \0 and LF \n and 東京 \0') : octets;
      const [reader, writer] = [await subscriber('/topic/octets', to), await connect(from)];
      const headers = { destination: '/topic/octets', 'content-length': String(body.length) };
      expect((await writer.ask('SEND', headers, body)).command).toBe('RECEIPT');
      await until(() => reader.of('MESSAGE').length > 0);
      expect(reader.of('MESSAGE')[0]?.octets).toEqual(body);
    },
  );
});

describe('two clients', () => {
  it('ask and answer through a temporary queue', async () => {
    const [asker, answerer] = [await connect(), await subscriber('/queue/reports')];
    const headers = {
      destination: '/queue/reports',
      'reply-to': '/temp-queue/answers',
      'correlation-id': '7',
    };
    asker.send('SEND', headers, 'sales of November');
    await until(() => answerer.of('MESSAGE').length > 0);
    const [question] = answerer.of('MESSAGE');
    const to = question?.headers['reply-to'] ?? '';
    expect(to).toMatch(/^\/reply-queue\/\S{16,}$/);
    expect(question?.headers['correlation-id']).toBe('7');
    answerer.send('SEND', { destination: to, 'correlation-id': '7' }, '4,211');
    await until(() => asker.of('MESSAGE').length > 0);
    expect(asker.of('MESSAGE')[0]).toMatchObject({
      headers: { subscription: '/temp-queue/answers', 'correlation-id': '7' },
      body: '4,211',
    });
    // Whoever knows the address may answer, and nobody else may listen.
    expect((await answerer.ask('SUBSCRIBE', { id: 'x', destination: to })).command).toBe('ERROR');
  });
});

describe('a dashboard', () => {
  const send = async (destination: string, texts: readonly string[]) => {
    const shop = await connect();
    for (const text of texts) await shop.ask('SEND', { destination }, text);
  };

  it('that is opened later is shown what a queue has held, once', async () => {
    await send('/queue/held', ['one', 'two']);
    const first = await subscriber('/queue/held', 'WebSocket');
    await until(() => first.of('MESSAGE').length === 2);
    await send('/queue/held', ['three']);
    await until(() => first.of('MESSAGE').length === 3);
    expect(bodies(first)).toEqual(['one', 'two', 'three']);
    first.drop();
    await eventually(async () => expect(await server().metric('signalbox_connections')).toBeLessThan(5));
    const second = await subscriber('/queue/held');
    await send('/queue/held', ['four']);
    await until(() => second.of('MESSAGE').length > 0);
    expect(bodies(second)).toEqual(['four']);
  });

  it('is one of several that are all shown the last sales, and all new ones', async () => {
    const destination = '/topic/sales.two';
    await send(destination, ['one', 'two']);
    const all = [
      await subscriber(destination),
      await subscriber('/sales/two', 'WebSocket'),
      await subscriber('sales.two', 'binary WebSocket'),
    ];
    await send(destination, ['three']);
    for (const dashboard of all) {
      await until(() => dashboard.of('MESSAGE').length === 3);
      expect(bodies(dashboard)).toEqual(['one', 'two', 'three']);
    }
  });

  it('finds the server again after a restart, at its old port', async () => {
    const port = String(await freePort());
    const options = { ...stompServer(), args: ['--stomp-port', port] };
    const first = await ServerProcess.start(options);
    onTestFinished(() => first.stop());
    const before = await StompTestPeer.tcp(Number(port));
    await before.connect();
    await first.stop();
    await until(() => before.closed !== undefined);
    const second = await ServerProcess.start(options);
    onTestFinished(() => second.stop());
    expect(second.portOf('stomp')).toBe(Number(port));
    const after = await StompTestPeer.tcp(Number(port));
    onTestFinished(() => after.drop());
    await after.connect();
    await after.ask('SUBSCRIBE', { destination: '/topic/flex' });
    await after.ask('SEND', { destination: '/topic/flex' }, 'again');
    await until(() => after.of('MESSAGE').length > 0);
    expect(bodies(after)).toEqual(['again']);
  });
});

describe('a subscription to a pattern', () => {
  it('is told of each channel whether its subscriber may hear it', async () => {
    const [guest, system] = [
      await subscriber('/topic/room.>', 'TCP', 'guest'),
      await subscriber('/topic/room.>', 'TCP', 'system'),
    ];
    const writer = await connect();
    for (const room of ['staff.secret', 'hall', 'staff.plans', 'kitchen'])
      await writer.ask('SEND', { destination: `/topic/room.${room}` }, room);
    await until(() => system.of('MESSAGE').length === 4 && guest.of('MESSAGE').length >= 2);
    expect(bodies(guest)).toEqual(['hall', 'kitchen']);
    expect(guest.of('MESSAGE').map(({ headers }) => headers['destination'])).toEqual([
      '/topic/room.hall',
      '/topic/room.kitchen',
    ]);
    expect(bodies(system)).toEqual(['staff.secret', 'hall', 'staff.plans', 'kitchen']);
  });
});
