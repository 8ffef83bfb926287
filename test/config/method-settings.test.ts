import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatFindings, loadSettings } from '../../src/config/index.js';
import { folderOf } from './harness.js';

const pem = (type: 'spki' | 'pkcs8', keys: { publicKey: unknown; privateKey: unknown }) => {
  const key = (type === 'spki' ? keys.publicKey : keys.privateKey) as { export(options: object): string };
  return key.export({ type, format: 'pem' });
};
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SECRET = 'a secret of more than thirty-two characters';

const FILES = {
  'ec.pem': pem('spki', ec),
  'rsa.pem': pem('spki', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  'short.pem': pem('spki', generateKeyPairSync('rsa', { modulusLength: 1024 })),
  'private.pem': pem('pkcs8', ec),
  'text.pem': 'hello',
  'keys.json': '{ "keys": [] }',
  'other.json': '{ "key": 5 }',
};

async function load(auth: string, env: Readonly<Record<string, string>> = {}) {
  const folder = await folderOf({ ...FILES, 'signalbox.yml': `auth:\n  ${auth}\n` });
  const { settings, findings } = await loadSettings({ file: join(folder, 'signalbox.yml'), env });
  return { folder, auth: settings.auth, findings };
}

async function messages(auth: string, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { findings } = await load(auth, env);
  expect(formatFindings(findings)).not.toContain(SECRET);
  return findings.map(({ message, severity }) =>
    severity === 'error' ? message : `${severity}: ${message}`,
  );
}

describe('auth.jwt', () => {
  it('has defaults for all but algorithms, key and audience', async () => {
    const { auth, findings } = await load('jwt: { algorithms: ES256, public_key: ec.pem, audience: live }');
    expect(findings).toEqual([]);
    expect(auth.jwt).toEqual({
      algorithms: ['ES256'],
      keys: { type: 'pem', pem: FILES['ec.pem'] },
      issuers: [],
      audiences: ['live'],
      claims: { user: 'sub', roles: 'roles', organizations: 'organizations', channels: 'channels' },
      leeway: 30_000,
      maxAge: 0,
      jwksCache: 600_000,
    });
  });

  it('is read whole', async () => {
    const { auth, findings } = await load(
      `jwt: { algorithms: [RS256, PS512], jwks: 'https://id.example.com/keys', issuer: [a, b], audience: false,
      claims: { user: email, roles: realm_access.roles }, leeway: 0, max_age: 24h, jwks_cache: 1m }`,
    );
    expect(findings).toEqual([]);
    expect(auth.jwt).toMatchObject({
      keys: { type: 'url', url: 'https://id.example.com/keys' },
      issuers: ['a', 'b'],
      audiences: undefined,
      claims: { user: 'email', roles: 'realm_access.roles', organizations: 'organizations' },
      leeway: 0,
      maxAge: 86_400_000,
      jwksCache: 60_000,
    });
  });

  it('may come from the environment', async () => {
    const { auth, findings } = await load('anonymous: true', {
      SIGNALBOX_AUTH_JWT_ALGORITHMS: 'HS256,HS512',
      SIGNALBOX_AUTH_JWT_SECRET: SECRET,
      SIGNALBOX_AUTH_JWT_AUDIENCE: 'false',
    });
    expect(findings).toEqual([]);
    expect(auth.jwt).toMatchObject({
      algorithms: ['HS256', 'HS512'],
      keys: { type: 'secret', secret: SECRET },
      audiences: undefined,
    });
  });

  it('finds the keys of a file beside the settings', async () => {
    const { auth, folder } = await load('jwt: { algorithms: ES256, jwks: keys.json, audience: live }');
    expect(auth.jwt?.keys).toEqual({ type: 'file', path: join(folder, 'keys.json') });
  });

  it.each([
    ['algorithms: none, audience: a, secret: { env: S }', /algorithms: none cannot be used here/],
    ['algorithms: [ES256, None], audience: a, public_key: ec.pem', /algorithms.1: None cannot be used here/],
    ['audience: a, secret: { env: S }', /it needs algorithms/],
    ['algorithms: HS256, secret: { env: S }', /it needs the audience/],
    ['algorithms: HS256, audience: a', /exactly one of secret, public_key and jwks/],
    ['algorithms: ES256, audience: a, public_key: ec.pem, jwks: keys.json', /exactly one of/],
    ['algorithms: HS256, audience: a, public_key: ec.pem', /HS256 cannot be used here: it needs a secret/],
    ['algorithms: [HS256, ES256], audience: a, public_key: ec.pem', /HS256 cannot be used here/],
    ['algorithms: [HS256, HS512], audience: a, jwks: keys.json', /HS256, HS512 cannot .* they need a secret/],
    [
      'algorithms: RS256, audience: a, secret: { env: S }',
      /RS256 cannot be used here: it needs a public_key/,
    ],
    ['algorithms: HS256, audience: a, secret: { env: PEM }', /secret is a PEM key, not a secret/],
    ['algorithms: HS256, audience: a, secret: { env: NONE }', /environment variable NONE, which is not set/],
    ['algorithms: HS256, audience: a, secret: tiny', /^warning: auth.jwt.secret has fewer than 16/],
    ['algorithms: ES256, audience: a, public_key: none.pem', /none.pem cannot be read/],
    ['algorithms: ES256, audience: a, public_key: text.pem', /is neither a public key nor a certificate/],
    ['algorithms: ES256, audience: a, public_key: private.pem', /holds a private key/],
    ['algorithms: [ES256, ES384], audience: a, public_key: ec.pem', /holds a key that is not for ES384/],
    ['algorithms: RS256, audience: a, public_key: ec.pem', /is not for RS256/],
    ['algorithms: EdDSA, audience: a, public_key: rsa.pem', /is not for EdDSA/],
    ['algorithms: RS256, audience: a, public_key: short.pem', /is not for RS256/],
    ['algorithms: ES256, audience: a, jwks: none.json', /none.json cannot be read/],
    ['algorithms: ES256, audience: a, jwks: other.json', /is not a JSON Web Key Set/],
    ["algorithms: ES256, audience: a, jwks: 'http://id.example.com/keys'", /use https/],
    ["algorithms: ES256, audience: a, jwks: 'http://127.0.0.1.example.com/keys'", /use https/],
    ["algorithms: ES256, audience: a, jwks: 'file:///etc/passwd'", /not an address of http or https/],
    ["algorithms: ES256, audience: a, jwks: 'https://u:p@id.example.com'", /cannot have a user or password/],
    ['algorithms: HS256, audience: a, secret: { env: S }, leeway: soon', /leeway: soon is not a duration/],
    ['algorithms: HS256, audience: a, secret: { env: S }, audiance: b', /unknown key "audiance" in auth.jwt/],
  ])('{ %s } is refused', async (jwt, message) => {
    const found = await messages(`jwt: { ${jwt} }`, { S: SECRET, PEM: FILES['ec.pem'] });
    expect(found).toEqual([expect.stringMatching(message)]);
  });

  it.each(['http://127.0.0.1:8000/keys', 'http://localhost/keys', 'http://[::1]:1/keys'])(
    'may fetch keys from %s without https',
    async (url) => {
      expect(await messages(`jwt: { algorithms: ES256, audience: a, jwks: '${url}' }`)).toEqual([]);
    },
  );
});

describe('auth.http', () => {
  it('has defaults for all but what it asks and shows', async () => {
    const { auth, findings } = await load("http: { url: 'http://php/live', cookies: PHPSESSID }");
    expect(findings).toEqual([]);
    expect(auth.http).toEqual({
      url: 'http://php/live',
      cookies: ['PHPSESSID'],
      headers: [],
      timeout: 2000,
      cache: 10_000,
    });
  });

  it('may have its address from the environment, and the rest from the file', async () => {
    const env = { SIGNALBOX_AUTH_HTTP_URL: 'http://php/live' };
    expect(await messages('http: { cookies: PHPSESSID }', env)).toEqual([]);
    expect((await load('http: { cookies: PHPSESSID }', env)).auth.http).toMatchObject({
      url: 'http://php/live',
      cookies: ['PHPSESSID'],
    });
    expect(await messages('http: { cookies: PHPSESSID, timeout: soon }', env)).toEqual([
      expect.stringContaining('soon'),
    ]);
  });

  it.each(['0', 'false'])('keeps no answers with cache: %s', async (cache) => {
    const { auth } = await load(
      `http: { url: 'http://php/live', headers: [authorization], cache: ${cache} }`,
    );
    expect(auth.http).toMatchObject({ cache: 0 });
  });

  it.each([
    ['cookies: a', /it needs the address to ask/],
    ["url: 'ftp://php/live', cookies: a", /not an address of http or https/],
    ["url: 'http://u:p@php/live', cookies: a", /cannot have a user or password/],
    ["url: 'http://php/live'", /it needs cookies or headers/],
    ["url: 'http://php/live', cookies: 'a;b'", /cookies: a;b cannot be used here/],
    ["url: 'http://php/live', headers: Authorization", /headers: Authorization cannot be used here/],
    ["url: 'http://php/live', headers: [cookie]", /headers: cookie cannot be shown/],
    ["url: 'http://php/live', headers: [x-forwarded-for]", /x-forwarded-for cannot be shown/],
    ["url: 'http://php/live', cookies: a, timeout: 0", /a duration must be at least 1ms/],
  ])('{ %s } is refused', async (http, message) => {
    expect(await messages(`http: { ${http} }`)).toEqual([expect.stringMatching(message)]);
  });
});

describe('auth.cookie', () => {
  it('names a cookie', async () => {
    expect((await load('cookie: live_ticket')).auth.cookie).toBe('live_ticket');
    expect((await load('anonymous: true')).auth.cookie).toBeUndefined();
    expect(await messages("cookie: 'a b'")).toEqual(['auth.cookie: a b cannot be used here']);
  });
});
