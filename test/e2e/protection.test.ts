import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RawHandshake, RawWebSocket } from '../support/raw-websocket.js';
import { KEY, ServerProcess } from '../support/server.js';
import { eventually, until } from '../support/until.js';

async function serve(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await ServerProcess.start({ env: { SIGNALBOX_LOG_FORMAT: 'json', ...env } });
  onTestFinished(() => server.stop());
  return server;
}

async function knock(server: ServerProcess, handshake: RawHandshake = {}, query = ''): Promise<RawWebSocket> {
  const client = await RawWebSocket.open(`${server.webSocketUrl()}${query}`, handshake);
  onTestFinished(() => client.destroy());
  return client;
}

function behind(address: string): RawHandshake {
  return { headers: { 'X-Forwarded-For': address } };
}

function errorOf({ body }: RawWebSocket): unknown {
  return JSON.parse(body).error;
}

/** The lines of the log about one event. */
function lines(server: ServerProcess, event: string): Record<string, unknown>[] {
  const all = server.stderr.split('\n').filter((line) => line.startsWith('{'));
  return all.map((line) => JSON.parse(line)).filter(({ msg }) => msg === event);
}

async function limitReached(server: ServerProcess, limit: string): Promise<number> {
  const headers = { authorization: `Bearer ${KEY}`, 'x-forwarded-for': '198.51.100.1' };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const line = text
    .split('\n')
    .find((one) => one.startsWith(`signalbox_limits_reached_total{limit="${limit}"}`));
  return Number(line?.split(' ')[1] ?? 0);
}

describe('a peer that names no origin', () => {
  it('is refused where the settings say so, and one that names its own is not', async () => {
    const server = await serve({ SIGNALBOX_MISSING_ORIGIN: 'refuse' });
    const refused = await knock(server);
    expect(refused.status).toBe(403);
    expect(errorOf(refused)).toMatchObject({ code: 'forbidden', hint: 'send an Origin header' });
    expect((await knock(server, { headers: { Origin: server.url } })).status).toBe(101);
  });
});

describe('an address behind a proxy', () => {
  it('has limits of its own, and cannot change it by what it sends itself', async () => {
    const server = await serve({
      SIGNALBOX_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
      SIGNALBOX_LIMITS_CONNECTIONS_PER_ADDRESS: '1',
    });
    expect((await knock(server, behind('203.0.113.1, 10.0.0.1'))).status).toBe(101);
    expect((await knock(server, behind('192.0.2.55, 203.0.113.1, 10.0.0.1'))).status).toBe(429);
    expect((await knock(server, behind('203.0.113.2'))).status).toBe(101);
    expect((await knock(server, behind('2001:db8::1'))).status).toBe(101);
    expect((await knock(server, behind('2001:db8::2'))).status).toBe(429);
    expect(lines(server, 'connection refused').map(({ remoteAddress }) => remoteAddress)).toEqual([
      '203.0.113.1',
      '2001:db8::2',
    ]);
  });

  it('is not looked at where the proxy is not trusted, which the log says once', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_CONNECTIONS_PER_ADDRESS: '1' });
    expect((await knock(server, behind('203.0.113.1'))).status).toBe(101);
    expect((await knock(server, behind('203.0.113.2'))).status).toBe(429);
    await eventually(() => expect(lines(server, 'connection refused')).toHaveLength(1));
    expect(lines(server, 'connection refused')).toMatchObject([{ remoteAddress: '127.0.0.1' }]);
    const warning = /listen\.trusted_proxies/g;
    expect(server.stderr.match(warning)).toHaveLength(1);
  });
});

describe('a blocked address', () => {
  it('behind a proxy is refused for handshakes and for requests', async () => {
    const server = await serve({
      SIGNALBOX_TRUSTED_PROXIES: '127.0.0.1',
      SIGNALBOX_BLOCKED: '203.0.113.0/24',
    });
    const refused = await knock(server, behind('203.0.113.7'));
    expect(refused.status).toBe(403);
    expect(errorOf(refused)).toMatchObject({ code: 'forbidden', message: 'the address is blocked' });
    const response = await fetch(`${server.url}/healthz`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { message: 'the address is blocked' } });
    expect((await knock(server, behind('203.0.114.7'))).status).toBe(101);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('that connects itself gets no answer at all', async () => {
    const server = await serve({ SIGNALBOX_BLOCKED: '127.0.0.0/8' });
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('error', () => undefined).on('data', (octets) => (answer += octets));
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => socket.closed);
    expect(answer).toBe('');
    await eventually(() =>
      expect(lines(server, 'connection refused')).toMatchObject([
        { remoteAddress: '127.0.0.1', code: 'forbidden' },
      ]),
    );
  });
});

describe('an address that makes many handshakes', () => {
  it('is refused for a while, with the limit and a time to come back', async () => {
    const server = await serve({
      SIGNALBOX_TRUSTED_PROXIES: '127.0.0.1',
      SIGNALBOX_LIMITS_HANDSHAKES: '2/h',
    });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await knock(server, behind('203.0.113.1'))).status);
    expect(statuses).toEqual([101, 101, 101, 101, 429, 429]);
    const refused = await knock(server, behind('203.0.113.1'));
    expect(refused.head).toMatch(/^retry-after: \d+$/im);
    expect(errorOf(refused)).toMatchObject({
      code: 'limit_exceeded',
      message: 'limits.handshakes of 2/h is reached for this address',
    });
    expect((await knock(server, behind('203.0.113.2'))).status).toBe(101);
    expect(await limitReached(server, 'limits.handshakes')).toBe(3);
  });
});

describe('an address that presents what is wrong', () => {
  it('is listened to no more over any protocol, but strangers of it and other addresses are', async () => {
    const server = await serve({
      SIGNALBOX_TRUSTED_PROXIES: '127.0.0.1',
      SIGNALBOX_LIMITS_FAILED_LOGINS: '2/h',
    });
    const guess = behind('203.0.113.1');
    const post = (bearer: string, from: string) =>
      fetch(`${server.url}/api/publish`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'x-forwarded-for': from,
        },
        body: '{"channel":"demo/x","payload":1}',
      });
    for (let i = 0; i < 2; i++) {
      const client = await knock(server, guess, '?ticket=v1.guess.guess');
      await eventually(() => expect(client.closeFrame?.code).toBe(4500));
      expect((await post('guess', '203.0.113.1')).status).toBe(401);
    }
    const ticket = `?ticket=${server.ticket('5')}`;
    const refused = await knock(server, guess, ticket);
    expect(refused.status).toBe(429);
    expect(errorOf(refused)).toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('limits.failed_logins of 2/h'),
    });
    const response = await post(KEY, '203.0.113.1');
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ error: { code: 'limit_exceeded' } });

    expect((await knock(server, guess)).status).toBe(101);
    expect((await knock(server, behind('203.0.113.2'), ticket)).status).toBe(101);
    expect((await post(KEY, '203.0.113.2')).status).toBe(200);
    expect(await limitReached(server, 'limits.failed_logins')).toBe(2);
  });
});

describe('a refusal', () => {
  it('can be found in the log by the name that the peer was told, whatever refused it', async () => {
    const server = await serve({});
    const upgrade = await knock(server, { headers: { Origin: 'https://evil.example' } });
    const response = await fetch(`${server.url}/api/publish?secret=1`, { method: 'POST', body: '{}' });
    const turnedAway = await knock(server, {}, `?ticket=${'x'.repeat(300)}`);
    await eventually(() => expect(turnedAway.closeFrame).toBeDefined());

    const { request: first } = errorOf(upgrade) as { request: string };
    const { request: second } = ((await response.json()) as { error: { request: string } }).error;
    const reason = turnedAway.closeFrame?.reason ?? '';
    const [, third] = /^bad credentials: the ticket is malformed \((r-[0-9a-f]{16})\)$/.exec(reason) ?? [];
    await eventually(() => expect(lines(server, 'bad credentials')).toHaveLength(1));
    expect(lines(server, 'connection refused')).toMatchObject([
      { request: first, code: 'forbidden', remoteAddress: '127.0.0.1' },
    ]);
    expect(lines(server, 'request refused')).toMatchObject([
      {
        level: 30,
        request: second,
        code: 'unauthorized',
        reason: 'the key is missing',
        path: '/api/publish',
        remoteAddress: '127.0.0.1',
      },
    ]);
    expect(lines(server, 'bad credentials')).toMatchObject([{ request: third, remoteAddress: '127.0.0.1' }]);
    expect(new Set([first, second, third]).size).toBe(3);
  });
});
