import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { mintTicket } from '../../src/authenticators/index.js';
import { makeFolder } from '../support/folder.js';
import { KEY, SECRET } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const pair = generateKeyPairSync('ed25519');
const HASHED = 'the-key-that-the-server-has-the-hash-of';

const folder = makeFolder({
  'public.pem': pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  'signalbox.yml': `
routing: routes.yml
access: { subscribe: user, publish: backend }
# Forty-nine of fifty are refused at once, and what follows comes from the same address.
limits: { failed_logins: false }
auth:
  public_key: public.pem
  keys:
    hashed: { sha256: ${createHash('sha256').update(HASHED).digest('hex')} }
    scoped: { env: SCOPED_KEY, channels: [room/a] }
    mute: { env: MUTE_KEY, tickets: false }
`,
  'routes.yml': "room:\n  channel: 'room/{name}'\n  handler: broadcast\n",
});
const keys = { SCOPED_KEY: 'the-key-that-is-bound-to-a-room', MUTE_KEY: 'the-key-that-makes-no-tickets' };
const server = useServer({ config: `${folder}/signalbox.yml`, env: keys });

afterAll(() => rmSync(folder, { recursive: true }));

/** Each refusal has an id of its own behind it. */
function withoutId(reason: string): string {
  return reason.replace(/ \(r-[0-9a-f]{16}\)$/, '');
}

/** What the server says first: its welcome, or the close code and reason. */
async function connect(ticket: string): Promise<string> {
  const socket = new WebSocket(`${server().webSocketUrl()}?ticket=${encodeURIComponent(ticket)}`, 'wamp');
  onTestFinished(() => socket.terminate());
  const welcome = once(socket, 'message').then(() => 'welcome');
  const closed = once(socket, 'close').then(([code, reason]) => `${code} ${withoutId(String(reason))}`);
  return Promise.race([welcome, closed]);
}

function order(key: string, body: unknown): Promise<Response> {
  return fetch(`${server().url}/api/tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const USED = '4500 bad credentials: the ticket was used already';

describe('a ticket', () => {
  it.each([
    ['v1', SECRET],
    ['e1', pair.privateKey],
  ] as const)('%s lets one connection in', async (_kind, key) => {
    const ticket = mintTicket({ user: '5', ttl: 60_000 }, key);
    expect(await connect(ticket)).toBe('welcome');
    expect(await connect(ticket)).toBe(USED);
  });

  it('lets one of fifty in who come at once', async () => {
    const ticket = mintTicket({ user: '5', ttl: 60_000 }, SECRET);
    const answers = await Promise.all(Array.from({ length: 50 }, () => connect(ticket)));
    expect(answers.filter((answer) => answer === 'welcome')).toHaveLength(1);
    expect(answers.filter((answer) => answer === USED)).toHaveLength(49);
  });

  it('that was used over HTTP is used for WebSocket, too', async () => {
    const ticket = mintTicket({ user: '5', ttl: 60_000 }, SECRET);
    const headers = { authorization: `Bearer ${ticket}`, 'content-type': 'application/json' };
    const publish = () =>
      fetch(`${server().url}/api/publish`, {
        method: 'POST',
        headers,
        body: '{"channel":"room/a","payload":1}',
      });
    expect((await publish()).status).toBe(403);
    expect((await publish()).status).toBe(401);
    expect(await connect(ticket)).toBe(USED);
  });

  it('is counted until it expires', async () => {
    const before = await server().metric('signalbox_tickets');
    expect(await connect(mintTicket({ user: '5', ttl: 60_000 }, SECRET))).toBe('welcome');
    await until(async () => (await server().metric('signalbox_tickets')) > before);
  });
});

describe('POST /api/tickets', () => {
  it.each([KEY, HASHED])('makes a ticket that lets its user in, for the key %#', async (key) => {
    const response = await order(key, { user: '5', organizations: ['7'] });
    expect(response.status).toBe(200);
    const { ticket, expires } = (await response.json()) as { ticket: string; expires: number };
    expect(expires * 1000).toBeGreaterThan(Date.now());
    expect(await connect(ticket)).toBe('welcome');
  });

  it.each([
    ['the role backend', KEY, { user: '5', roles: ['backend'] }, 400, 'bad_request'],
    ['what is no pattern', KEY, { user: '5', channels: { subscribe: ['a**'] } }, 400, 'bad_request'],
    ['too long', KEY, { user: '5', ttl: '2h' }, 400, 'bad_request'],
    ['a key bound to channels', keys.SCOPED_KEY, { user: '5' }, 403, 'forbidden'],
    ['a key without tickets', keys.MUTE_KEY, { user: '5' }, 403, 'forbidden'],
    ['a ticket', mintTicket({ user: '5', ttl: 60_000 }, SECRET), { user: '6' }, 403, 'forbidden'],
    [
      'the hash of a key',
      createHash('sha256').update(HASHED).digest('hex'),
      { user: '5' },
      401,
      'unauthorized',
    ],
    [
      'too much',
      KEY,
      { user: '5', organizations: Array(100).fill('x'.repeat(255)) },
      413,
      'payload_too_large',
    ],
  ])('refuses %s', async (_what, key, body, status, code) => {
    const response = await order(key, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('takes a key with its name', async () => {
    const basic = (name: string) => `Basic ${Buffer.from(`${name}:${HASHED}`).toString('base64')}`;
    const status = async (name: string) => {
      const headers = { authorization: basic(name), 'content-type': 'application/json' };
      const url = `${server().url}/api/tickets`;
      return (await fetch(url, { method: 'POST', headers, body: '{"user":"5"}' })).status;
    };
    expect([await status('hashed'), await status('scoped'), await status('')]).toEqual([200, 401, 401]);
  });
});
