import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator, type JwtOptions } from '../../src/authenticators/index.js';
import type { CredentialSource } from '../../src/core/authenticator.js';
import { isRouterError } from '../../src/core/errors.js';
import { NOBODY, presenting } from './attempts.js';
import { CLAIMS, NOW, OPTIONS, recording, SECONDS, token } from './tokens.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SECRET = 'a secret of more than thirty-two characters';

const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const hmac = (key: string) => (signed: string) =>
  createHmac('sha256', key).update(signed).digest('base64url');

function authenticator(options: Partial<JwtOptions> = {}, now = NOW): JwtAuthenticator {
  const keys = { type: 'pem', pem: pemOf(ec.publicKey) } as const;
  return new JwtAuthenticator({ ...OPTIONS, keys, ...options }, recording(() => now).context);
}

const signed = (claims: unknown, header: Readonly<Record<string, unknown>> = {}) =>
  token({ alg: 'ES256', ...header }, claims, ec.privateKey);

async function principal(text: string, options?: Partial<JwtOptions>) {
  return authenticator(options).authenticate(presenting('token', text));
}

/** Why a token is refused, or `accepted`. */
async function refusal(text: string, options?: Partial<JwtOptions>, now = NOW): Promise<string> {
  try {
    const found = await authenticator(options, now).authenticate(presenting('token', text));
    return found === undefined ? 'left' : 'accepted';
  } catch (error) {
    if (!isRouterError(error) || error.code !== 'unauthorized') throw error;
    return error.message.replace('the token ', '');
  }
}

const FOREIGN = 'is not signed by a known key';
const MALFORMED = 'is malformed';

describe('a peer with a JSON Web Token', () => {
  it('is the user that it names', async () => {
    const claims = { ...CLAIMS, roles: ['ROLE_USER', 7], organizations: [7, '8'], extra: { a: 1 } };
    expect(await principal(signed(claims))).toEqual({
      kind: 'user',
      id: '5',
      roles: ['ROLE_USER', '7'],
      organizations: ['7', '8'],
      claims,
      issued: NOW,
      expires: NOW + 300_000,
    });
  });

  it.each<CredentialSource>(['ticket', 'token', 'bearer', 'basic', 'cookie', 'login', 'renewal'])(
    'is known by it as %s',
    async (source) => {
      expect(await authenticator().authenticate(presenting(source, signed(CLAIMS)))).toMatchObject({
        id: '5',
      });
    },
  );

  it.each(['basic', 'login'] as const)(
    'has to be the user that comes along as %s, if one does',
    async (source) => {
      const as = async (name: string) =>
        authenticator().authenticate(presenting(source, signed(CLAIMS), name));
      expect(await as('5')).toMatchObject({ id: '5' });
      expect(await as('')).toMatchObject({ id: '5' });
      await expect(as('6')).rejects.toThrow('the token is for another user');
    },
  );

  it('may have a number for an id, and roles in one text', async () => {
    expect(await principal(signed({ ...CLAIMS, sub: 5, roles: 'a b' }))).toMatchObject({
      id: '5',
      roles: ['a', 'b'],
    });
  });

  it('is read where the settings say', async () => {
    const claims = {
      user: 'preferred_username',
      roles: 'realm_access.roles',
      organizations: 'https://example.com/orgs',
      channels: 'may',
    };
    const said = {
      ...CLAIMS,
      preferred_username: 'ann',
      realm_access: { roles: ['admin'] },
      'https://example.com/orgs': [7],
      may: { subscribe: ['news/*'] },
    };
    expect(await principal(signed(said), { claims })).toMatchObject({
      id: 'ann',
      roles: ['admin'],
      organizations: ['7'],
      grants: { subscribe: ['news/*'] },
    });
  });

  it('is granted the channels that it lists', async () => {
    const channels = { subscribe: ['a/*'], publish: [] };
    expect(await principal(signed({ ...CLAIMS, channels }))).toMatchObject({ grants: channels });
    expect(await principal(signed(CLAIMS))).not.toHaveProperty('grants');
  });

  it('may have any type, issuer and audience where the settings do not care', async () => {
    expect(await refusal(signed(CLAIMS, { typ: 'at+jwt' }))).toBe('accepted');
    const { iss, aud, ...rest } = CLAIMS;
    expect(await refusal(signed(rest), { issuers: [], audiences: undefined })).toBe('accepted');
    expect(await refusal(signed({ ...CLAIMS, aud: ['other', 'live'] }))).toBe('accepted');
  });

  it.each([
    ['RS256', rsa],
    ['EdDSA', generateKeyPairSync('ed25519')],
    ['ES256', ec],
  ] as const)('may have signed it with %s', async (alg, { publicKey, privateKey }) => {
    const text = await new SignJWT(CLAIMS).setProtectedHeader({ alg }).sign(privateKey);
    const options = { algorithms: [alg], keys: { type: 'pem', pem: pemOf(publicKey) } as const };
    expect(await refusal(text, options)).toBe('accepted');
  });

  it('may have signed it with a secret', async () => {
    const options = { algorithms: ['HS256'], keys: { type: 'secret', secret: SECRET } as const };
    expect(await refusal(token({ alg: 'HS256' }, CLAIMS, hmac(SECRET)), options)).toBe('accepted');
    expect(await refusal(token({ alg: 'HS256' }, CLAIMS, hmac('another')), options)).toBe(FOREIGN);
    expect(await refusal(token({ alg: 'HS384' }, CLAIMS, hmac(SECRET)), options)).toBe(FOREIGN);
  });

  it('presents it whole, or it is left to others', async () => {
    expect(authenticator().authenticate(NOBODY)).toBeUndefined();
    for (const text of ['', 'eyJ', 'eyJ.a', 'v1.e30.x', 'a.b.c', 'eyJ.a.b.c', 'eyJ.a.b ', 'eyJ.ä.b']) {
      expect(authenticator().authenticate(presenting('token', text)), text).toBeUndefined();
    }
  });
});

describe('a token whose signature cannot be trusted is refused', () => {
  it.each([
    ['alg none', token({ alg: 'none' }, CLAIMS, () => ''), FOREIGN],
    ['alg None', token({ alg: 'None' }, CLAIMS, () => ''), FOREIGN],
    ['no alg', token({ typ: 'JWT' }, CLAIMS, () => ''), MALFORMED],
    ['an alg that is no text', token({ alg: ['ES256'] }, CLAIMS, ec.privateKey), MALFORMED],
    ['an empty signature', signed(CLAIMS).replace(/[^.]*$/, ''), FOREIGN],
    ['a signature of r = s = 0', token({ alg: 'ES256' }, CLAIMS, () => 'A'.repeat(86)), FOREIGN],
    ['another key', token({ alg: 'ES256' }, CLAIMS, stranger.privateKey), FOREIGN],
    ['HS256 with the public key', token({ alg: 'HS256' }, CLAIMS, hmac(pemOf(ec.publicKey))), FOREIGN],
    ['an algorithm of another kind of key', token({ alg: 'RS256' }, CLAIMS, ec.privateKey), FOREIGN],
    [
      'other claims',
      signed(CLAIMS).replace(/\.[^.]*\./, `.${btoa('{"sub":"6"}').replace(/=+$/, '')}.`),
      FOREIGN,
    ],
    ['a header that is no JSON', `eyJ.${signed(CLAIMS).split('.').slice(1).join('.')}`, MALFORMED],
    ['a header that is over', signed(CLAIMS, { x: 'x'.repeat(8192) }), MALFORMED],
    ['crit', signed(CLAIMS, { crit: ['exp'], exp: 1 }), MALFORMED],
    ['an unencoded payload', signed(CLAIMS, { crit: ['b64'], b64: false }), MALFORMED],
    ['jku', signed(CLAIMS, { jku: 'https://evil.example/keys' }), MALFORMED],
    ['x5u', signed(CLAIMS, { x5u: 'https://evil.example/cert' }), MALFORMED],
    ['x5c', signed(CLAIMS, { x5c: ['AAAA'] }), MALFORMED],
    [
      'jwk',
      token({ alg: 'ES256', jwk: stranger.publicKey.export({ format: 'jwk' }) }, CLAIMS, stranger.privateKey),
      MALFORMED,
    ],
    ['a kid that is no text', signed(CLAIMS, { kid: { $ne: '' } }), MALFORMED],
    ['a kid that is too long', signed(CLAIMS, { kid: 'x'.repeat(257) }), MALFORMED],
  ])('%s', async (_name, text, reason) => {
    expect(await refusal(text)).toBe(reason);
  });

  it('HS256 signed with the RSA public key', async () => {
    const pem = pemOf(rsa.publicKey);
    for (const key of [pem, pem.trim()]) {
      const text = token({ alg: 'HS256' }, CLAIMS, hmac(key));
      expect(await refusal(text, { algorithms: ['RS256'], keys: { type: 'pem', pem } })).toBe(FOREIGN);
      // even where the settings allowed the mixture
      expect(await refusal(text, { algorithms: ['RS256', 'HS256'], keys: { type: 'pem', pem } })).toBe(
        FOREIGN,
      );
    }
  });

  it.each(['RS512', 'PS256'])('%s by the right key, where only RS256 is allowed', async (alg) => {
    const text = await new SignJWT(CLAIMS).setProtectedHeader({ alg }).sign(rsa.privateKey);
    const keys = { type: 'pem', pem: pemOf(rsa.publicKey) } as const;
    expect(await refusal(text, { algorithms: ['RS256'], keys })).toBe(FOREIGN);
    expect(await refusal(text, { algorithms: [alg], keys })).toBe('accepted');
  });

  it('the same way, whatever is wrong with it', async () => {
    const wrong = [
      token({ alg: 'ES256' }, CLAIMS, stranger.privateKey),
      token({ alg: 'ES256' }, { ...CLAIMS, exp: 1 }, stranger.privateKey),
      token({ alg: 'ES256' }, { ...CLAIMS, aud: 'x' }, stranger.privateKey),
      token({ alg: 'ES256', kid: 'unknown' }, { ...CLAIMS, sub: 'nobody' }, stranger.privateKey),
      token({ alg: 'ES384' }, CLAIMS, stranger.privateKey),
    ];
    const reasons = await Promise.all(wrong.map((text) => refusal(text)));
    expect(new Set(reasons)).toEqual(new Set([FOREIGN]));
  });
});

describe('a token that is signed, but', () => {
  const { exp, ...endless } = CLAIMS;

  it.each<[string, unknown, string]>([
    ['has no exp', endless, 'has no expiry'],
    ['has exp as a text', { ...CLAIMS, exp: String(exp) }, MALFORMED],
    ['has exp null', { ...CLAIMS, exp: null }, MALFORMED],
    ['has exp 1e308', { ...CLAIMS, exp: 1e308 }, MALFORMED],
    ['has exp after the year 9999', { ...CLAIMS, exp: 253_402_300_800 }, MALFORMED],
    ['has exp with a fraction', { ...CLAIMS, exp: exp + 0.5 }, MALFORMED],
    ['has a negative exp', { ...CLAIMS, exp: -1 }, 'is expired'],
    ['is expired', { ...CLAIMS, exp: SECONDS - 31 }, 'is expired'],
    ['is for later', { ...CLAIMS, nbf: SECONDS + 31 }, 'is not valid yet'],
    ['has nbf as a text', { ...CLAIMS, nbf: '0' }, MALFORMED],
    ['has a negative nbf', { ...CLAIMS, nbf: -1 }, MALFORMED],
    ['was issued in the future', { ...CLAIMS, iat: SECONDS + 31 }, 'is not valid yet'],
    ['has iat as a text', { ...CLAIMS, iat: '0' }, MALFORMED],
    ['has a negative iat', { ...CLAIMS, iat: -1 }, MALFORMED],
    ['is for another audience', { ...CLAIMS, aud: 'other' }, 'is not for this audience'],
    ['is for no audience', { ...CLAIMS, aud: undefined }, 'is not for this audience'],
    ['is of another issuer', { ...CLAIMS, iss: 'https://evil.example' }, 'is not of a known issuer'],
    ['is of no issuer', { ...CLAIMS, iss: undefined }, 'is not of a known issuer'],
    ['names no user', { ...CLAIMS, sub: undefined }, 'names no user'],
    ['names an empty user', { ...CLAIMS, sub: '' }, 'names no user'],
    ['names a list as user', { ...CLAIMS, sub: ['5'] }, 'names no user'],
    ['names a fraction as user', { ...CLAIMS, sub: 1.5 }, 'names no user'],
    ['names a user that no number holds', { ...CLAIMS, sub: 2 ** 60 }, 'names no user'],
    [
      'has the role backend',
      { ...CLAIMS, roles: ['backend'] },
      'has the role backend, which only a key gives',
    ],
    ['has it in a text', { ...CLAIMS, roles: 'a backend' }, 'has the role backend, which only a key gives'],
    [
      'has roles in a map',
      { ...CLAIMS, roles: { admin: true } },
      'has roles that are not a list of at most 1000 texts',
    ],
    [
      'has too many roles',
      { ...CLAIMS, roles: Array(1001).fill(1) },
      'has roles that are not a list of at most 1000 texts',
    ],
    [
      'has organisations in a text',
      { ...CLAIMS, organizations: '7' },
      'has organisations that are not a list of at most 1000 texts',
    ],
    [
      'grants a list',
      { ...CLAIMS, channels: ['a'] },
      'has channels that are not { subscribe: [...], publish: [...] }',
    ],
    [
      'grants null',
      { ...CLAIMS, channels: null },
      'has channels that are not { subscribe: [...], publish: [...] }',
    ],
    [
      'grants a text',
      { ...CLAIMS, channels: { subscribe: 'a' } },
      'has channels that are not lists of at most 100 patterns',
    ],
    [
      'grants more',
      { ...CLAIMS, channels: { presence: ['a'] } },
      'has channels with more than subscribe and publish',
    ],
    ['says nothing', 'null', MALFORMED],
    ['says a list', [], MALFORMED],
    ['says no JSON', '{', MALFORMED],
  ])('%s is refused', async (_name, claims, reason) => {
    expect(await refusal(signed(claims))).toBe(reason);
  });

  it('is a little early or late is taken', async () => {
    const { iat, ...undated } = CLAIMS;
    expect(await principal(signed({ ...CLAIMS, exp: SECONDS - 29 }))).toMatchObject({ expires: NOW + 1000 });
    expect(await refusal(signed({ ...undated, exp: SECONDS - 29, nbf: SECONDS + 30 }))).toBe('accepted');
  });

  it('is older than max_age is refused', async () => {
    const { iat, ...undated } = CLAIMS;
    const options = { maxAge: 60_000 };
    expect(await refusal(signed(CLAIMS), options, NOW + 90_000)).toBe('accepted');
    expect(await refusal(signed(CLAIMS), options, NOW + 91_000)).toBe('is too old');
    expect(await refusal(signed(undated), options)).toBe(MALFORMED);
  });

  it('has claims that are not its own is refused', async () => {
    const claims = { user: '__proto__.constructor.name', roles: 'a', organizations: 'b', channels: 'c' };
    expect(await refusal(signed(CLAIMS), { claims })).toBe('names no user');
  });
});

describe('whatever is presented', () => {
  const real = signed(CLAIMS);
  const part = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_') });
  const header = fc.record(
    {
      alg: fc.oneof(fc.constantFrom('none', 'ES256', 'HS256', 'RS256', 'ES384', 'EdDSA', ''), fc.jsonValue()),
      kid: fc.jsonValue(),
      typ: fc.jsonValue(),
      b64: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const mutated = fc
    .tuple(fc.nat(real.length - 1), fc.constantFrom(...'AZaz09-_.=~'))
    .map(([at, letter]) => real.slice(0, at) + letter + real.slice(at + 1))
    .filter((text) => text !== real);
  const text = fc.oneof(
    fc.string(),
    mutated,
    fc.tuple(part, part, part).map(([a, b, c]) => `eyJ${a}.${b}.${c}`),
    fc.tuple(header, fc.jsonValue()).map(([head, claims]) => token(head, claims, stranger.privateKey)),
    fc.tuple(header, fc.jsonValue()).map(([head, claims]) => token(head, claims, ec.privateKey)),
  );

  it('is refused or left to others, and never an error of another kind', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (presented) => {
        // the last letter of a signature has bits that do not count
        fc.pre(presented.slice(0, -1) !== real.slice(0, -1));
        expect(await refusal(presented)).not.toBe('accepted');
      }),
      { numRuns: 500 },
    );
  });

  it('is not in the refusal', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (presented) => {
        const reason = await refusal(presented);
        for (const piece of presented.split('.').filter(({ length }) => length > 8)) {
          expect(reason).not.toContain(piece);
        }
      }),
      { numRuns: 200 },
    );
  });
});
