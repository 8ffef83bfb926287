import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatFindings, loadSettings, type SettingsRequest } from '../../src/config/index.js';
import { testFolder } from '../support/folder.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const PUBLIC_PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const PRIVATE_PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const RAW = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64url');
const RAW_PRIVATE = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64url');
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const HASH = createHash('sha256').update('the key of the shop').digest('hex');

async function load(yaml: string, request: Partial<SettingsRequest> = {}) {
  const folder = testFolder({
    'signalbox.yml': yaml,
    'public.pem': PUBLIC_PEM,
    'private.pem': PRIVATE_PEM,
    'ec.pem': String(EC),
  });
  const { settings, findings } = await loadSettings({ file: `${folder}/signalbox.yml`, env: {}, ...request });
  return { auth: settings.auth, folder, findings, text: formatFindings(findings) };
}

describe('keys of back ends', () => {
  it('are written as text, as the variable that holds them, or as their hash', async () => {
    const { auth, text } = await load(
      `auth:
  keys:
    shop: the key of the shop
    crm: { env: CRM_KEY }
    hashed: { sha256: ${HASH.toUpperCase()} }
    sensors: { sha256: ${HASH}, roles: [sensor], channels: [site/*, 'log/**'], tickets: false }
    mail: { env: CRM_KEY, roles: [editor] }
`,
      { env: { CRM_KEY: 'the key of the CRM system' } },
    );
    expect(text).toBe('');
    const plain = { key: 'the key of the shop', sha256: HASH, roles: [], channels: undefined, tickets: true };
    expect(auth.keys.get('shop')).toEqual(plain);
    expect(auth.keys.get('crm')?.key).toBe('the key of the CRM system');
    expect(auth.keys.get('hashed')).toEqual({ ...plain, key: undefined });
    expect(auth.keys.get('sensors')).toEqual({
      key: undefined,
      sha256: HASH,
      roles: ['sensor'],
      channels: ['site/*', 'log/**'],
      tickets: false,
    });
    expect(auth.keys.get('mail')).toMatchObject({ key: 'the key of the CRM system', roles: ['editor'] });
  });

  it.each([
    ['{}', 'a key is a text'],
    ['{ sha256: abc }', '64 hexadecimal digits'],
    [`{ sha256: ${HASH}, env: A }`, 'a key is a text'],
    [`{ sha256: ${HASH}, role: [a] }`, 'a key is a text'],
    [`{ sha256: ${HASH}, roles: a }`, 'roles of a key is a list of words'],
    [`{ sha256: ${HASH}, roles: ['a b'] }`, 'roles of a key is a list of words'],
    [`{ sha256: ${HASH}, channels: ['a**'] }`, 'channels of a key is a list'],
    [`{ sha256: ${HASH}, channels: a }`, 'channels of a key is a list'],
    [`{ sha256: ${HASH}, tickets: 1 }`, 'tickets of a key is true or false'],
    ['[a]', 'a key is a text'],
  ])('cannot be %s', async (key, message) => {
    const { auth, findings } = await load(`auth: { keys: { shop: ${key} } }`);
    expect(findings).toMatchObject([{ code: 'bad-setting', message: expect.stringContaining(message) }]);
    expect(auth.keys.size).toBe(0);
  });
});

describe('the pair of keys for tickets', () => {
  it.each([
    ['public_key: public.pem', {}],
    [`public_key: ${RAW}`, {}],
    [`public_key: ${JSON.stringify(PUBLIC_PEM)}`, {}],
    ['public_key: { env: THE_KEY }', { THE_KEY: PUBLIC_PEM }],
    ['public_key: { env: THE_KEY }', { THE_KEY: RAW }],
    ['private_key: private.pem', {}],
    ['private_key: { env: THE_KEY }', { THE_KEY: RAW_PRIVATE }],
    ['private_key: { env: THE_KEY }\n  public_key: public.pem', { THE_KEY: PRIVATE_PEM }],
    ['ticket_ttl: 5m', { SIGNALBOX_PUBLIC_KEY: RAW }],
    ['ticket_ttl: 5m', { SIGNALBOX_PRIVATE_KEY: PRIVATE_PEM }],
  ])('is read from %s', async (yaml, env) => {
    const { auth, text } = await load(`auth:\n  ${yaml}\n`, { env });
    expect(text).toBe('');
    expect(auth.publicKey?.equals(publicKey)).toBe(true);
    expect(auth.privateKey !== undefined).toBe(/private|PRIVATE/.test(yaml + Object.keys(env)));
    if (auth.privateKey !== undefined)
      expect(auth.privateKey.equals(createPrivateKey(PRIVATE_PEM))).toBe(true);
  });

  it('is read from the file that a variable names, relative to the working folder', async () => {
    const { folder } = await load('');
    const { auth, text } = await load('', { env: { SIGNALBOX_PUBLIC_KEY: `${folder}/public.pem` } });
    expect(text).toBe('');
    expect(auth.publicKey?.equals(publicKey)).toBe(true);
  });

  it.each([
    ['public_key: nowhere.pem', 'auth.public_key cannot be used: there is no such file that can be read'],
    ['public_key: private.pem', 'auth.public_key cannot be used: it is a private key'],
    ['private_key: public.pem', 'auth.private_key cannot be used: it is a public key'],
    ['private_key: ec.pem', 'auth.private_key cannot be used: it is no Ed25519 key'],
    ['public_key: signalbox.yml', 'auth.public_key cannot be used: it is no Ed25519 key'],
    ['public_key: 5', 'auth.public_key: a key is the path of a PEM file'],
    [`private_key: private.pem\n  public_key: ${RAW.slice(0, -2)}AA`, 'does not belong to auth.private_key'],
  ])('cannot be %s', async (yaml, message) => {
    const { findings } = await load(`auth:\n  ${yaml}\n`);
    expect(findings).toMatchObject([{ code: 'bad-setting', message: expect.stringContaining(message) }]);
  });

  it('is never shown', async () => {
    for (const yaml of [
      `auth:\n  private_key: ${RAW_PRIVATE}x\n`,
      `auth:\n  private_key: |\n    ${PRIVATE_PEM.replaceAll('\n', '\n    ')}\n  public_key: ec.pem\n`,
      `auth: { private_key: ["${RAW_PRIVATE}"] }`,
    ]) {
      const { findings, text } = await load(yaml);
      expect(findings.length).toBeGreaterThan(0);
      expect(text).not.toContain(RAW_PRIVATE.slice(0, 20));
      expect(text).not.toContain(PRIVATE_PEM.split('\n')[1]);
    }
  });
});

describe('auth.methods', () => {
  const KEY = { SIGNALBOX_API_KEY: 'a key of enough characters' };

  it.each([
    ['[keys, anonymous]', ['keys', 'anonymous']],
    ['[anonymous, keys]', ['anonymous', 'keys']],
    ['keys', ['keys']],
  ])('%s says who is asked, and in which order', async (methods, expected) => {
    const { auth, text } = await load(`auth: { methods: ${methods} }`, { env: KEY });
    expect(text).toBe('');
    expect(auth.methods).toEqual(expected);
  });

  it.each([
    ['[ticket]', 'auth.methods names ticket, which is not configured', /SIGNALBOX_SECRET/],
    ['[jwt]', 'auth.methods names jwt, which is not configured', /auth\.jwt/],
    ['[oro, keys]', 'auth.methods names oro, which is not configured', /auth\.oro/],
    ['[keys, http]', 'auth.methods names http, which is not configured', /auth\.http/],
    ['[keys, tickets]', 'auth.methods.1: tickets is not one of oro, ticket, jwt', /order/],
    ['[keys, keys]', 'auth.methods.1: keys comes twice', /order/],
    ['[]', 'auth.methods: an empty list', /order/],
  ])('cannot be %s', async (methods, message, hint) => {
    const { findings } = await load(`auth: { methods: ${methods} }`, { env: KEY });
    expect(findings).toMatchObject([{ code: 'bad-setting', message: expect.stringContaining(message) }]);
    expect(findings[0]?.hint).toMatch(hint);
  });

  it.each(['anonymous: false', 'methods: [ticket]'])(
    'cannot make ended identities anonymous where nobody may be: %s',
    async (without) => {
      const text = `auth:\n  ${without}\n  secret: "0123456789abcdef0123456789abcdef"\n  on_expiry: downgrade\n`;
      const { findings } = await load(text);
      expect(findings).toMatchObject([
        {
          code: 'bad-setting',
          message: 'auth.on_expiry: downgrade makes anonymous peers, which may not be here',
          hint: 'write on_expiry: disconnect, or let peers be anonymous',
        },
      ]);
    },
  );

  it('cannot name keys where there is none, or anonymous where that is off', async () => {
    const { findings } = await load('auth:\n  anonymous: false\n  methods: [anonymous, keys]\n');
    expect(findings.map(({ message, hint }) => [message, hint])).toEqual([
      [
        'auth.methods names anonymous, which is not configured',
        'remove auth.anonymous: false, or take it off the list',
      ],
      [
        'auth.methods names keys, which is not configured',
        'set SIGNALBOX_API_KEY or auth.keys, or take it off the list',
      ],
    ]);
  });
});

describe('auth.session_ttl', () => {
  it.each([
    ['30m', 1_800_000],
    ['false', undefined],
  ])('%s', async (written, expected) => {
    expect((await load(`auth: { session_ttl: ${written} }`)).auth.sessionTtl).toBe(expected);
    const env = { SIGNALBOX_AUTH_SESSION_TTL: written };
    expect((await load('', { env })).auth.sessionTtl).toBe(expected);
  });

  it.each(['true', '0', 'never', '30d'])('cannot be %s', async (written) => {
    const { findings } = await load(`auth: { session_ttl: ${written} }`);
    expect(findings).toMatchObject([{ code: 'bad-setting' }]);
  });
});
