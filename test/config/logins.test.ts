import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatFindings, loadSettings } from '../../src/config/index.js';
import { brief, folderOf } from './harness.js';

const SECRET = 'hunter2 and more than sixteen characters';
const KEY = 'ab'.repeat(32);
const OCTETS = Buffer.alloc(32, 7);

async function load(logins: string, env: Readonly<Record<string, string>> = {}) {
  const folder = await folderOf({ 'signalbox.yml': `auth:\n  logins:\n    ${logins}\n` });
  const { settings, findings } = await loadSettings({ file: join(folder, 'signalbox.yml'), env });
  expect(formatFindings(findings)).not.toContain('hunter2');
  return { logins: settings.auth.logins, findings };
}

const messages = async (logins: string) => (await load(logins)).findings.map(({ message }) => message);

const NOTHING = {
  kind: 'user',
  roles: [],
  organizations: [],
  keys: [],
  secret: undefined,
  ticket: undefined,
  derivedKey: undefined,
  salting: undefined,
  scram: undefined,
};

describe('auth.logins', () => {
  it('are none unless given', async () => {
    const { settings } = await loadSettings({
      env: {},
      file: join(await folderOf({ 'signalbox.yml': '' }), 'signalbox.yml'),
    });
    expect(settings.auth.logins.size).toBe(0);
  });

  it('may be guessed in development, and nowhere else without a warning', async () => {
    const findings = async (more: string) => {
      const folder = await folderOf({
        'signalbox.yml': `auth: { logins: { guest: { secret: guest } } }\n${more}`,
      });
      return brief((await loadSettings({ file: join(folder, 'signalbox.yml'), env: {} })).findings);
    };
    expect(await findings('development: true\n')).toEqual([]);
    expect(await findings('')).toEqual([expect.stringContaining('weak-secret')]);
  });

  it.each([
    ['a secret', `{ secret: "${SECRET}" }`, { secret: SECRET }],
    ['a secret of the environment', '{ secret: { env: JOE_SECRET } }', { secret: SECRET }],
    [
      'a secret and a salt',
      `{ secret: "${SECRET}", salt: salt123 }`,
      { secret: SECRET, salting: { salt: 'salt123', iterations: 1000, keylen: 32 } },
    ],
    [
      'a salt that is made here',
      `{ secret: "${SECRET}", iterations: 5000, keylen: 16 }`,
      { secret: SECRET, salting: { iterations: 5000, keylen: 16 } },
    ],
    [
      'a derived key',
      `{ derived_key: "${OCTETS.toString('base64')}", salt: salt123 }`,
      { derivedKey: OCTETS.toString('base64'), salting: { salt: 'salt123', iterations: 1000, keylen: 32 } },
    ],
    ['a ticket', `{ ticket: "${SECRET}" }`, { ticket: SECRET }],
    ['a public key', `{ keys: ${KEY.toUpperCase()} }`, { keys: [KEY] }],
    ['public keys', `{ keys: [${KEY}, ${'cd'.repeat(32)}] }`, { keys: [KEY, 'cd'.repeat(32)] }],
    [
      'rights',
      `{ secret: "${SECRET}", roles: [frontend, b], organizations: [7, "8"], kind: backend }`,
      { secret: SECRET, kind: 'backend', roles: ['frontend', 'b'], organizations: ['7', '8'] },
    ],
  ])('may have %s', async (_what, login, expected) => {
    const { logins, findings } = await load(`joe: ${login}`, { JOE_SECRET: SECRET });
    expect(findings).toEqual([]);
    expect([...logins]).toEqual([['joe', { ...NOTHING, ...expected }]]);
  });

  it.each(['base64', 'hex'] as const)('may have a verifier in %s', async (encoding) => {
    const octets = OCTETS.toString(encoding);
    const { logins, findings } = await load(
      `joe: { scram: { stored_key: "${octets}", server_key: { env: SERVER }, salt: "${OCTETS.subarray(16).toString(encoding)}",
        iterations: 3, kdf: argon2id13, memory: 512 } }`,
      { SERVER: octets },
    );
    expect(findings).toEqual([]);
    expect(logins.get('joe')?.scram).toEqual({
      storedKey: OCTETS.toString('base64'),
      serverKey: OCTETS.toString('base64'),
      salt: OCTETS.subarray(16).toString('base64'),
      iterations: 3,
      kdf: 'argon2id13',
      memory: 512,
    });
  });

  it.each([
    ['joe: hunter2', 'auth.logins.joe: a login is a map, as in { secret: { env: NAME_OF_A_VARIABLE } }'],
    ['joe: {}', 'auth.logins.joe: it needs a secret, ticket, derived_key, scram or keys'],
    [
      'joe: { secret: "" }',
      'auth.logins.joe.secret: the secret of a login is a text of at least one character, in quotes, or { env: NAME_OF_A_VARIABLE }',
    ],
    [
      'joe: { secret: { env: NOT_SET } }',
      'auth.logins.joe.secret is to be read from the environment variable NOT_SET, which is not set',
    ],
    ['joe: { secret: hunter2 }', 'auth.logins.joe.secret has fewer than 16 characters and can be guessed'],
    [
      `joe: { secret: "${SECRET}", derived_key: hunter2, salt: a }`,
      'auth.logins.joe: derived_key takes the place of the secret',
    ],
    ['joe: { derived_key: hunter2 }', 'auth.logins.joe: derived_key needs the salt it was made with'],
    ['joe: { derived_key: hunter2, salt: a }', 'auth.logins.joe.derived_key is not base64 of 32 octets'],
    [
      `joe: { keys: ${KEY}, salt: a }`,
      'auth.logins.joe: salt, iterations and keylen are about a secret or derived_key',
    ],
    [
      `joe: { secret: "${SECRET}", keylen: 8 }`,
      'auth.logins.joe.keylen: keylen is a whole number of octets from 16 to 64',
    ],
    [
      `joe: { secret: "${SECRET}", iterations: many }`,
      'auth.logins.joe.iterations: iterations is a whole number from 1 to 10000000',
    ],
    [
      'joe: { keys: [abc] }',
      'auth.logins.joe.keys.0: keys is a list of public Ed25519 keys, each of 64 hexadecimal digits',
    ],
    [
      `joe: { keys: ${KEY}, roles: [backend] }`,
      'auth.logins.joe: the role backend is for kind: backend, which has it',
    ],
    [`joe: { keys: ${KEY}, kind: admin }`, 'auth.logins.joe.kind: kind is user or backend'],
    [
      `joe: { keys: ${KEY}, pasword: hunter2 }`,
      'auth.logins.joe: unknown key "pasword": it can have secret, ticket, derived_key, salt, iterations, keylen, keys, scram, kind, roles, organizations',
    ],
    [
      'joe: { scram: { stored_key: hunter2 } }',
      'auth.logins.joe.scram.server_key: scram is a map of stored_key, server_key, salt, iterations, kdf and memory, octets in base64',
    ],
    [
      'joe: { scram: { stored_key: a, server_key: b, salt: c, iterations: 4096 } }',
      'auth.logins.joe.scram is no verifier: its keys are 32 octets each, its salt some',
    ],
    [
      'joe: { scram: { stored_key: a, server_key: b, salt: c, iterations: 1000 } }',
      'auth.logins.joe.scram.iterations: pbkdf2 takes at least 4096 iterations for scram',
    ],
    [
      'joe: { scram: { stored_key: a, server_key: b, salt: c, iterations: 3, kdf: argon2id13 } }',
      'auth.logins.joe.scram.memory: argon2id13 needs memory, in kibibytes, and pbkdf2 has none',
    ],
    [
      `joe: { keys: ${KEY} }\n    ann: { keys: ${KEY} }`,
      'auth.logins.ann.keys has a key of the login joe, too',
    ],
    [
      `${'x'.repeat(256)}: { keys: ${KEY} }`,
      `auth.logins.${'x'.repeat(256)}: the name of a login has 1 to 255 characters`,
    ],
  ])('says what is wrong with %s', async (logins, expected) => {
    expect(await messages(logins)).toEqual([expected]);
  });

  it('show where, and leave the other logins as they are', async () => {
    const { logins, findings } = await load(`joe: { keys: [abc] }\n    ann: { keys: ${KEY} }`);
    expect(brief(findings)).toEqual(['bad-setting 3:19']);
    expect([...logins.keys()]).toEqual(['ann']);
  });

  it('come from no environment variable', async () => {
    const { logins, findings } = await load(`joe: { keys: ${KEY} }`, { SIGNALBOX_AUTH_LOGINS: 'hunter2' });
    expect(findings).toEqual([]);
    expect([...logins.keys()]).toEqual(['joe']);
  });
});
