import { generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import type { JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator } from '../../src/authenticators/index.js';
import { isRouterError } from '../../src/core/errors.js';
import { testFolder } from '../support/folder.js';
import { flood, json, LocalServer, redirect, silence } from '../support/local-server.js';
import { presenting } from './attempts.js';
import { CLAIMS, NOW, OPTIONS, publicJwk, recording, token } from './tokens.js';

const MINUTE = 60_000;
const pairs = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const [first, second] = pairs as [(typeof pairs)[0], (typeof pairs)[0]];
const one = await publicJwk(first.publicKey, { kid: 'one' });
const two = await publicJwk(second.publicKey, { kid: 'two' });

const signedBy = (pair: typeof first, kid?: string) =>
  token(
    { alg: 'ES256', ...(kid !== undefined && { kid }) },
    { ...CLAIMS, exp: 9_999_999_999 },
    pair.privateKey,
  );
const byOne = signedBy(first, 'one');
const byTwo = signedBy(second, 'two');

const FOREIGN = 'unauthorized: the token is not signed by a known key';
const UNAVAILABLE = 'unavailable: the keys of tokens cannot be fetched now';

/** One authenticator whose clock a test sets. */
function setUp(keys: { type: 'url'; url: string } | { type: 'file'; path: string }, cache = 10 * MINUTE) {
  const clock = { now: NOW };
  const { lines, counts, context } = recording(() => clock.now);
  const options = { ...OPTIONS, keys, jwksCache: cache };
  const authenticator = new JwtAuthenticator(options, context);
  const outcome = async (text: string): Promise<string> => {
    try {
      await authenticator.authenticate(presenting('bearer', text));
      return 'accepted';
    } catch (error) {
      if (!isRouterError(error)) throw error;
      return `${error.code}: ${error.message}`;
    }
  };
  return { clock, lines, counts, outcome };
}

async function served(...keys: JWK[]) {
  const server = await LocalServer.start(json({ keys }));
  return { server, ...setUp({ type: 'url', url: server.url }) };
}

describe('keys behind an address', () => {
  it('are fetched once for many tokens at a time, and kept', async () => {
    const { server, outcome, counts } = await served(one);
    const all = await Promise.all(Array.from({ length: 20 }, () => outcome(byOne)));
    expect(new Set(all)).toEqual(new Set(['accepted']));
    expect(server.requests).toHaveLength(1);
    expect(counts).toEqual(['fetched']);
  });

  it('are fetched again when they are old, so that a key that is gone counts no more', async () => {
    const { server, outcome, clock } = await served(one, two);
    expect(await outcome(byOne)).toBe('accepted');
    server.answer = json({ keys: [two] });
    clock.now += 10 * MINUTE - 1;
    expect(await outcome(byOne)).toBe('accepted');
    clock.now += 1;
    expect(await outcome(byOne)).toBe(FOREIGN);
    expect(await outcome(byTwo)).toBe('accepted');
  });

  it('are fetched for a new key at once, and for unknown ones no more than once a minute', async () => {
    const { server, outcome, clock } = await served(one);
    expect(await outcome(byOne)).toBe('accepted');
    server.answer = json({ keys: [one, two] });
    expect(await outcome(byTwo)).toBe('accepted');
    expect(server.requests).toHaveLength(2);
    for (let i = 0; i < 50; i++) expect(await outcome(signedBy(second, `unknown ${i}`))).toBe(FOREIGN);
    expect(server.requests).toHaveLength(2);
    clock.now += MINUTE;
    await Promise.all(Array.from({ length: 20 }, (_, i) => outcome(signedBy(second, `unknown ${i}`))));
    expect(server.requests).toHaveLength(3);
  });

  it('are found by their name alone', async () => {
    const { outcome } = await served(one, two);
    expect(await outcome(signedBy(first, 'two'))).toBe(FOREIGN);
    for (const kid of [
      '../one',
      'one ',
      'ONE',
      '__proto__',
      '',
      'https://evil.example/keys',
      '/etc/passwd',
    ]) {
      expect(await outcome(signedBy(first, kid)), kid).toBe(FOREIGN);
    }
  });

  it('need a name in the token where several would fit', async () => {
    const { outcome } = await served(one, two);
    expect(await outcome(signedBy(first))).toBe(FOREIGN);
    const single = await served(one);
    expect(await single.outcome(signedBy(first))).toBe('accepted');
  });

  it('of one issuer do not count for another, whatever their names are', async () => {
    const mine = await served({ ...one, kid: 'same' });
    const theirs = await served({ ...two, kid: 'same' });
    expect(await mine.outcome(signedBy(first, 'same'))).toBe('accepted');
    expect(await theirs.outcome(signedBy(first, 'same'))).toBe(FOREIGN);
    expect(await theirs.outcome(signedBy(second, 'same'))).toBe('accepted');
    expect(await mine.outcome(signedBy(second, 'same'))).toBe(FOREIGN);
  });

  it('are not secret ones, nor for something else', async () => {
    const secret = { kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url'), kid: 'one' };
    const { outcome } = await served(secret, { ...two, use: 'enc' });
    expect(await outcome(byOne)).toBe(FOREIGN);
    expect(await outcome(byTwo)).toBe(FOREIGN);
    const leaked = await served({ ...first.privateKey.export({ format: 'jwk' }), kid: 'one' } as JWK);
    expect(await leaked.outcome(byOne)).toBe(FOREIGN);
  });

  it.each([
    ['is silent', () => silence],
    ['answers with an error', () => json({ keys: [one] }, 500)],
    ['answers with something else', () => json({ keys: 'none' })],
    ['answers with null', () => json(null)],
    ['leads elsewhere', () => redirect('/elsewhere')],
    ['answers with too much', () => json({ keys: [one], more: 'x'.repeat(65_536) })],
  ])('are not there while the address %s', async (_name, answer) => {
    const { server, outcome, lines, counts } = await served();
    server.answer = answer();
    expect(await Promise.all([outcome(byOne), outcome(byOne)])).toEqual([UNAVAILABLE, UNAVAILABLE]);
    expect(await outcome(byOne)).toBe(UNAVAILABLE);
    expect(server.requests).toHaveLength(1);
    expect(counts).toEqual(['failed']);
    expect(lines).toEqual([expect.stringMatching(/^fetching the key set failed: ./)]);
  });

  it('do not fill the memory with an answer of 100 MB', async () => {
    const sent = { octets: 0 };
    const { server, outcome, lines } = await served();
    server.answer = flood(sent);
    expect(await outcome(byOne)).toBe(UNAVAILABLE);
    expect(lines).toEqual(['fetching the key set failed: the answer is over 65536 octets']);
    expect(sent.octets).toBeLessThan(50 * 2 ** 20);
  });

  it('are used for an hour longer while the address does not answer, and then no more', async () => {
    const { server, outcome, clock, lines, counts } = await served(one);
    expect(await outcome(byOne)).toBe('accepted');
    server.answer = json({}, 503);
    clock.now += 10 * MINUTE;
    expect(await outcome(byOne)).toBe('accepted');
    expect(await outcome(byOne)).toBe('accepted');
    expect(counts).toEqual(['fetched', 'failed']);
    expect(await outcome(byTwo)).toBe(UNAVAILABLE);
    clock.now += 60 * MINUTE - 1;
    expect(await outcome(byOne)).toBe('accepted');
    clock.now += 5000;
    expect(await outcome(byOne)).toBe(UNAVAILABLE);
    server.answer = json({ keys: [one] });
    clock.now += 5000;
    expect(await outcome(byOne)).toBe('accepted');
    expect(lines).toEqual([
      'fetching the key set failed: the answer has the status 503',
      'fetching the key set works again',
    ]);
  });

  it('are not asked for with anything of the token', async () => {
    const { server, outcome } = await served(one);
    await outcome(signedBy(second, 'https://evil.example/x'));
    for (const request of server.requests) {
      expect(request.url).toBe('/path');
      expect(JSON.stringify(request.rawHeaders)).not.toMatch(/evil|eyJ/);
    }
  });
});

describe('keys in a file', () => {
  const files = (...keys: JWK[]) => `${testFolder({ 'keys.json': JSON.stringify({ keys }) })}/keys.json`;

  it('are read again when the file changes', async () => {
    const path = files(one);
    const { outcome } = setUp({ type: 'file', path });
    expect(await outcome(byOne)).toBe('accepted');
    expect(await outcome(byTwo)).toBe(FOREIGN);
    writeFileSync(path, JSON.stringify({ keys: [two], changed: true }));
    expect(await outcome(byTwo)).toBe('accepted');
    expect(await outcome(byOne)).toBe(FOREIGN);
  });

  it('are not there while it cannot be read', async () => {
    const path = files(one);
    const { outcome, lines } = setUp({ type: 'file', path });
    expect(await outcome(byOne)).toBe('accepted');
    const unreadable = 'unavailable: the keys of tokens cannot be read now';
    for (const text of ['', '{"keys": [', '{"keys": 5}', 'x'.repeat(70_000)]) {
      writeFileSync(path, text);
      expect(await outcome(byOne)).toBe(unreadable);
    }
    rmSync(path);
    expect(await outcome(byOne)).toBe(unreadable);
    writeFileSync(path, JSON.stringify({ keys: [one] }));
    expect(await outcome(byOne)).toBe('accepted');
    expect(lines).toEqual([
      'reading the key set failed: it is not a JSON Web Key Set',
      'reading the key set works again',
    ]);
  });
});
