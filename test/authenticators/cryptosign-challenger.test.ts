import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sign as wampySign } from 'wampy/cryptosign.js';
import { CryptosignChallenger } from '../../src/authenticators/index.js';
import { answer, claiming, outcome, prove, type Respond, UNPROVEN } from './challenges.js';
import { configured, publicKeyOf } from './logins.js';

const { sign_challenge: signChallenge } = createRequire(import.meta.url)(
  'autobahn/lib/auth/cryptosign.js',
) as {
  sign_challenge(pair: { readonly secretKey: Uint8Array }, extra: unknown): string;
};

/** Of the test vectors of the specification. */
const SEED = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510';
const OTHER = 'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd';
const KEY = publicKeyOf(SEED);

const logins = configured({
  client01: { keys: [KEY], kind: 'backend', roles: ['sensor'] },
  other: { keys: ['ab'.repeat(32), publicKeyOf(OTHER)] },
  secretive: { secret: 'a secret' },
});
const challenger = new CryptosignChallenger({ logins });

/** As AutobahnJS does it. */
const autobahn =
  (seed: string): Respond =>
  (extra) => [signChallenge({ secretKey: Buffer.from(seed + publicKeyOf(seed), 'hex') }, extra)];

/** As wampy does it. */
const wampy =
  (seed: string): Respond =>
  (extra) => [wampySign(seed)('cryptosign', extra as never)];

const hello = (name: string | undefined, pubkey: unknown = KEY) =>
  claiming(name, { pubkey, channel_binding: null });

describe.each([
  ['AutobahnJS', autobahn],
  ['wampy', wampy],
])('%s proves who it is by cryptosign', (_client, client) => {
  it.each([
    ['by name and key', 'client01', SEED, KEY, 'backend client01'],
    ['by the key alone', undefined, SEED, KEY, 'backend client01'],
    ['by the key alone, with an empty name', '', OTHER, publicKeyOf(OTHER), 'user other'],
    ['by a key in capitals', undefined, SEED, KEY.toUpperCase(), 'backend client01'],
    ['not with another private key', 'client01', OTHER, KEY, UNPROVEN],
    ['not with the key of somebody else', 'client01', OTHER, publicKeyOf(OTHER), UNPROVEN],
    ['not with a key that nobody has', undefined, 'cd'.repeat(32), publicKeyOf('cd'.repeat(32)), UNPROVEN],
    ['not under a name that nobody has', 'nobody', SEED, KEY, UNPROVEN],
    ['not under a name that has no key', 'secretive', SEED, KEY, UNPROVEN],
    ['not under a name that nobody can have', 'x'.repeat(256), SEED, KEY, UNPROVEN],
  ])('%s', async (_case, name, seed, pubkey, expected) => {
    expect(await outcome(prove(challenger, hello(name, pubkey), client(seed)))).toBe(expected);
  });
});

describe('the question of cryptosign', () => {
  it('is 32 random octets, also for a key that nobody has', async () => {
    for (const pubkey of [KEY, '00'.repeat(32), 'ff'.repeat(32)]) {
      const { extra } = await challenger.challenge(hello(undefined, pubkey));
      expect(extra).toEqual({ challenge: expect.stringMatching(/^[0-9a-f]{64}$/), channel_binding: null });
    }
  });

  it('is another one each time, so that no answer can be used again', async () => {
    const first = await challenger.challenge(hello('client01'));
    const signature = await wampy(SEED)(first.extra);
    const second = await challenger.challenge(hello('client01'));
    expect(await outcome(answer(second, signature))).toBe(UNPROVEN);
    expect(await outcome(answer(first, signature))).toBe('backend client01');
  });

  it('is refused an answer that repeats another question beside a sound signature', async () => {
    const challenge = await challenger.challenge(hello('client01'));
    const [signature] = await wampy(SEED)(challenge.extra);
    const text = String(signature);
    const spellings = [
      text.slice(0, 128),
      text.slice(0, 128) + '0'.repeat(64),
      `${text.slice(0, 191)}g`,
      `${text}00`,
      ` ${text}`,
    ];
    for (const spelling of spellings) expect(await outcome(answer(challenge, [spelling]))).toBe(UNPROVEN);
    expect(await outcome(answer(challenge, [text.toUpperCase()]))).toBe('backend client01');
  });

  it.each([undefined, null, 5, '', KEY.slice(2), `${KEY}00`, `${KEY.slice(1)}g`, [KEY]])(
    'is not put to a peer with the key %j',
    (pubkey) => {
      expect(() => challenger.challenge(claiming('client01', { pubkey }))).toThrow('no public key');
    },
  );

  it.each(['tls-unique', 'tls-exporter', 5, {}])('is not bound to a channel: %j', (binding) => {
    const attempt = claiming('client01', { pubkey: KEY, channel_binding: binding });
    expect(() => challenger.challenge(attempt)).toThrow('channel binding is not supported');
  });

  it('takes whatever octets as a key and as a signature, and refuses them', async () => {
    const octets = fc.uint8Array({ minLength: 32, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(octets, fc.uint8Array({ minLength: 64, maxLength: 64 }), async (key, signature) => {
        const challenge = await challenger.challenge(hello(undefined, Buffer.from(key).toString('hex')));
        const text = Buffer.from(signature).toString('hex') + String(challenge.extra['challenge']);
        expect(await outcome(answer(challenge, [text]))).toBe(UNPROVEN);
      }),
    );
  });
});
