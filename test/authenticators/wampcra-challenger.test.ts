import { pbkdf2Sync } from 'node:crypto';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sign as wampySign } from 'wampy/wampcra.js';
import { WampCraChallenger } from '../../src/authenticators/index.js';
import type { Login } from '../../src/core/logins.js';
import { answer, claiming, outcome, prove, type Respond, UNPROVEN } from './challenges.js';
import { configured, DECOYS } from './logins.js';

const { sign, derive_key: deriveKey } = createRequire(import.meta.url)('autobahn/lib/auth/cra.js') as {
  sign(key: string, challenge: string): string;
  derive_key(secret: string, salt: string, iterations: number, keylen: number): string;
};

const SECRET = 'sécret ünd 秘密';
const SALTED = { salt: 'salt123', iterations: 100, keylen: 32 };
const DERIVED = pbkdf2Sync('p4ssw0rd', 'other salt', 50, 16, 'sha256').toString('base64');

const logins = configured({
  peter: { secret: SECRET, roles: ['frontend'], organizations: ['7'] },
  salted: { secret: SECRET, salting: SALTED },
  derived: { derivedKey: DERIVED, salting: { salt: 'other salt', iterations: 50, keylen: 16 } },
  own: { secret: SECRET, salting: { iterations: 100, keylen: 32 } },
  shop: { kind: 'backend', secret: SECRET },
  keyed: { keys: ['00'.repeat(32)] },
});
const challenger = new WampCraChallenger({ logins, decoys: DECOYS, clock: () => 1_403_455_001_643 });

/** As AutobahnJS does it. */
const autobahn =
  (secret: string): Respond =>
  ({ challenge, salt, iterations, keylen }) => {
    const key = salt ? deriveKey(secret, String(salt), Number(iterations), Number(keylen)) : secret;
    return [sign(key, String(challenge))];
  };

/** As wampy does it. */
const wampy =
  (secret: string): Respond =>
  // it signs with no empty key
  async (extra) => [secret && (await wampySign(secret)('wampcra', extra as never))];

describe.each([
  ['AutobahnJS', autobahn],
  ['wampy', wampy],
])('%s proves who it is by wampcra', (_client, client) => {
  it.each([
    ['without salt', 'peter', SECRET, 'user peter'],
    ['with salt', 'salted', SECRET, 'user salted'],
    ['where only the derived key is known', 'derived', 'p4ssw0rd', 'user derived'],
    ['with a salt that was made here', 'own', SECRET, 'user own'],
    ['as a back end', 'shop', SECRET, 'backend shop'],
    ['not with another secret', 'peter', 'another secret', UNPROVEN],
    ['not with an empty secret', 'peter', '', UNPROVEN],
    ['not with another secret and salt', 'salted', 'another secret', UNPROVEN],
    ['not under a name that nobody has', 'nobody', SECRET, UNPROVEN],
    ['not under a name of the language', '__proto__', SECRET, UNPROVEN],
    ['not under a name that has no secret', 'keyed', SECRET, UNPROVEN],
  ])('%s', async (_case, name, secret, expected) => {
    expect(await outcome(prove(challenger, claiming(name), client(secret)))).toBe(expected);
  });
});

describe('the question of wampcra', () => {
  it('is a JSON text that says who would be what', async () => {
    const { extra } = await challenger.challenge(claiming('peter'));
    const { nonce, ...said } = JSON.parse(String(extra['challenge'])) as Record<string, unknown>;
    expect(Object.keys(extra)).toEqual(['challenge']);
    expect(nonce).toMatch(/^[\w-]{32}$/);
    expect(said).toEqual({
      authid: 'peter',
      authrole: 'frontend',
      authmethod: 'wampcra',
      authprovider: 'logins',
      timestamp: '2014-06-22T16:36:41.643Z',
      session: 9007199254740992,
    });
  });

  it('is another one each time, so that no answer can be used again', async () => {
    const first = await challenger.challenge(claiming('peter'));
    const signature = await autobahn(SECRET)(first.extra);
    const second = await challenger.challenge(claiming('peter'));
    expect(second.extra).not.toEqual(first.extra);
    expect(await outcome(answer(second, signature))).toBe(UNPROVEN);
    expect(await outcome(answer(first, signature))).toBe('user peter');
  });

  it('gives the principal that the login says', async () => {
    const { principal, extra } = await prove(challenger, claiming('peter'), autobahn(SECRET));
    expect(extra).toBeUndefined();
    expect(principal).toEqual({
      kind: 'user',
      id: 'peter',
      roles: ['frontend'],
      organizations: ['7'],
      claims: {},
      issued: 1_800_000_000_000,
    });
  });

  it.each([undefined, '', 'x'.repeat(256)])('is not put to who is called %j', (name) => {
    expect(() => challenger.challenge(claiming(name))).toThrow('does not say who it is');
  });

  it('takes no other spelling of a signature', async () => {
    const challenge = await challenger.challenge(claiming('peter'));
    const [signature] = await autobahn(SECRET)(challenge.extra);
    for (const spelling of [`${signature}=`, ` ${signature}`, String(signature).replace('=', ''), '']) {
      expect(await outcome(answer(challenge, [spelling]))).toBe(UNPROVEN);
    }
  });

  it('takes no signature but the right one', async () => {
    const challenge = await challenger.challenge(claiming('peter'));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.base64String({ minLength: 44, maxLength: 44 })),
        async (text) => {
          expect(await outcome(answer(challenge, [text]))).toBe(UNPROVEN);
        },
      ),
    );
  });
});

describe('somebody whom nobody knows', () => {
  const shape = async (asked: WampCraChallenger, name: string) => {
    const { extra } = await asked.challenge(claiming(name));
    const { authid, authrole, nonce, ...said } = JSON.parse(String(extra['challenge']));
    expect(authid).toBe(name);
    return { ...extra, challenge: Object.keys(said) };
  };
  const only = (login: Parameters<typeof configured>[0][string]) =>
    new WampCraChallenger({ logins: configured({ joe: login }), decoys: DECOYS });

  it('is asked without salt where everybody is', async () => {
    const asked = only({ secret: SECRET });
    expect(await shape(asked, 'nobody')).toEqual(await shape(asked, 'joe'));
  });

  it.each([
    ['as written', 'salt123', /^[\w-]{7}$/],
    ['in hexadecimal digits', '00ff00ff00ff', /^[0-9a-f]{12}$/],
    ['as made here', undefined, /^[\w-]{22}$/],
  ])('is asked with a salt of the form that others have: %s', async (_form, salt, form) => {
    const salting = { ...(salt !== undefined && { salt }), iterations: 100, keylen: 32 };
    const asked = only({ secret: SECRET, salting });
    const [joe, nobody, somebody] = await Promise.all(
      ['joe', 'nobody', 'somebody'].map((name) => shape(asked, name)),
    );
    expect(Object.keys(nobody ?? {})).toEqual(Object.keys(joe ?? {}));
    expect(nobody).toMatchObject({ iterations: 100, keylen: 32, salt: expect.stringMatching(form) });
    expect(joe).toMatchObject({ salt: expect.stringMatching(form) });
    expect(await shape(asked, 'nobody')).toEqual(nobody);
    expect(new Set([joe, nobody, somebody].map((asked) => JSON.stringify(asked))).size).toBe(3);
  });

  it('has the role of somebody who exists', async () => {
    const asked = only({ secret: SECRET, roles: ['frontend'] });
    const { extra } = await asked.challenge(claiming('nobody'));
    expect(JSON.parse(String(extra['challenge']))).toMatchObject({ authid: 'nobody', authrole: 'frontend' });
  });

  it('is asked likewise by logins of an application, whose ids are not shown', async () => {
    const joe: Login = { id: '5', secret: SECRET, roles: [] };
    const asked = new WampCraChallenger({
      logins: { find: async (name) => (name === 'joe' ? joe : undefined) },
      decoys: DECOYS,
    });
    expect(await shape(asked, 'nobody')).toEqual(await shape(asked, 'joe'));
    expect(await outcome(prove(asked, claiming('joe'), autobahn(SECRET)))).toBe('user 5');
  });

  it.each(['nobody', 'keyed'])(
    'is refused as %s even with the key that it is compared with',
    async (name) => {
      const key = DECOYS.octets('wampcra', name, 32).toString('base64');
      const signing: Respond = ({ challenge }) => [sign(key, String(challenge))];
      expect(await outcome(prove(challenger, claiming(name), signing))).toBe(UNPROVEN);
    },
  );
});
