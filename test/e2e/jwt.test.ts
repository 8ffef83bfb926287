import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWK, SignJWT } from 'jose';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { makeFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const pairs = ['one', 'two'].map((kid) => ({ kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }));
const [one, two] = pairs as [(typeof pairs)[0], (typeof pairs)[0]];

/** The issuer's key set, as it is at the moment. */
let keys: JWK[] = [];
const issuer = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
});
await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
afterAll(() => issuer.close());

const server = useServer(() => {
  const { port } = issuer.address() as AddressInfo;
  const folder = makeFolder({
    'routing/routes.yml':
      'private:\n  channel: "private/{user_id}"\n  handler: broadcast\n  access: { subscribe: owner, publish: backend }\n',
    'signalbox.yml': `
auth:
  cookie: live
  jwt:
    algorithms: [ES256]
    jwks: http://127.0.0.1:${port}/keys
    audience: live
`,
  });
  return { config: `${folder}/signalbox.yml` };
});

const publish = async (...served: typeof pairs) => {
  keys = await Promise.all(
    served.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid })),
  );
};

function sign(
  { kid, privateKey }: (typeof pairs)[0],
  user: string,
  { audience = 'live', expires = '5m' } = {},
) {
  const claims = new SignJWT({})
    .setSubject(user)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires);
  return claims.setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
}

/** A page as a browser connects it. */
function page(query: string, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(`${server().webSocketUrl()}${query}`, 'wamp', {
    origin: server().url,
    headers,
  });
  onTestFinished(() => socket.terminate());
  const heard: unknown[][] = [];
  let end: [code: number, reason: string] | undefined;
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => (end = [code, String(reason)]));
  socket.on('error', () => undefined);
  return { socket, heard, end: () => end };
}

async function hears(query: string, user: string, headers: Readonly<Record<string, string>> = {}) {
  const { socket, heard } = page(query, headers);
  await until(() => heard.length === 1);
  const topics = await server().metric('signalbox_topics');
  socket.send(JSON.stringify([5, `private/${user}`]));
  await until(async () => (await server().metric('signalbox_topics')) > topics);
  await server().publish(`private/${user}`, 'for you');
  await until(() => heard.length === 2);
  return heard[1];
}

describe('a page with a JSON Web Token', () => {
  it.each(['token', 'ticket'])('is its user, by ?%s=', async (name) => {
    await publish(one);
    const user = `5-${name}`;
    expect(await hears(`?${name}=${await sign(one, user)}`, user)).toEqual([8, `private/${user}`, 'for you']);
  });

  it('is its user by a cookie beside the origin of a page', async () => {
    await publish(one);
    const Cookie = `live=${await sign(one, 'cookie')}`;
    expect(await hears('', 'cookie', { Cookie })).toEqual([8, 'private/cookie', 'for you']);
  });

  it('is its user when the issuer has changed keys', async () => {
    await publish(one);
    expect(await hears(`?token=${await sign(one, 'old')}`, 'old')).toBeDefined();
    await publish(one, two);
    expect(await hears(`?token=${await sign(two, 'new')}`, 'new')).toBeDefined();
  });

  it.each([
    ['expired', async () => sign(one, '5', { expires: '-5m' }), 'the token is expired'],
    [
      'for another audience',
      async () => sign(one, '5', { audience: 'x' }),
      'the token is not for this audience',
    ],
    [
      'forged',
      async () => `${(await sign(one, '5')).slice(0, -8)}AAAAAAAA`,
      'the token is not signed by a known key',
    ],
    ['no token at all', async () => 'eyJ..', 'the token is malformed'],
  ])('that is %s is turned away with the reason', async (_name, make, reason) => {
    await publish(one);
    const { heard, end } = page(`?token=${await make()}`);
    await until(() => end() !== undefined);
    expect(end()).toEqual([4500, expect.stringContaining(`bad credentials: ${reason}`)]);
    expect(heard).toEqual([]);
  });

  it('leaves no token in the log', async () => {
    const token = await sign(two, 'secret');
    const { end } = page(`?token=${token.slice(0, -8)}AAAAAAAA`);
    await until(() => end() !== undefined);
    expect(server().stdout + server().stderr).not.toContain(token.slice(20, 40));
    expect(server().stderr).toContain('bad credentials');
  });
});
