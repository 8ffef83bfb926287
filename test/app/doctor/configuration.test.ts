import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NotExamined } from '../../../src/app/doctor/doctor-check.js';
import { findings } from './kit.js';

const SECRET = 'Wq3vT9yLr5Zx8Kd2Nb7Hf4Mc6Pj1Sg0A';
const SOUND = [
  'listen: { host: 0.0.0.0, trusted_proxies: [10.1.2.3] }',
  `auth: { secret: ${SECRET}, keys: { shop: ${[...SECRET].reverse().join('')} }, logins: { shop: { secret: ${SECRET.slice(3)} } } }`,
].join('\n');
const ROUTES =
  'news: { channel: news, handler: broadcast, access: { subscribe: anyone, publish: backend } }\n';

describe('the doctor and settings', () => {
  it.each([
    ...['configuration', 'configuration-warnings', 'development-in-public', 'plain-text-in-public'],
    ...['trusted-everybody', 'weak-secrets', 'default-logins', 'guessable-hashes', 'lasting-credentials'],
  ])('is content with what is as it should be: %s', async (name) => {
    expect(await findings(name, { text: SOUND, routes: ROUTES })).toEqual([]);
  });

  it('tells what is a mistake from what works', async () => {
    const text = `${SOUND}\nno_such_setting: 1\n`;
    const routes = `${ROUTES}never: { channel: news, handler: broadcast }\n`;
    expect(await findings('configuration', { text, routes })).toEqual([
      expect.stringMatching(/signalbox\.yml:5 unknown key "no_such_setting" in the settings$/),
    ]);
    expect(await findings('configuration-warnings', { text, routes })).toEqual([
      expect.stringMatching(
        /routes\.yml:2 route "news" at \S+ has this channel already, and is tried first$/,
      ),
    ]);
  });

  it('goes by the address that peers have', async () => {
    const far = new URL('http://live.example.com');
    expect(await findings('plain-text-in-public', { url: far })).toEqual([
      'http://live.example.com is not encrypted',
    ]);
    expect(await findings('plain-text-in-public', { url: new URL('https://live.example.com') })).toEqual([]);
    const text = 'development: true\n';
    expect(await findings('development-in-public', { text, url: far })).toEqual([
      'development is on, and others reach 127.0.0.1',
    ]);
    expect(await findings('development-in-public', { text })).toEqual([]);
  });

  it('finds secrets that are short, or repeat a few characters', async () => {
    const text = `auth: { secret: ${'ab'.repeat(20)}, keys: { shop: ${'Zx8Kd2Nb'.repeat(2)} } }\n`;
    expect(await findings('weak-secrets', { text })).toEqual([
      'auth.secret repeats few characters',
      'auth.keys.shop has 16 characters, and should have 24',
    ]);
  });

  it('finds a login whose secret everybody tries', async () => {
    const sha256 = createHash('sha256').update('a key that nobody guesses').digest('hex');
    const text = `auth: { keys: { shop: { sha256: ${sha256} } }, logins: { a: { secret: guest }, shop: { secret: shop-is-long-enough } } }\n`;
    expect(await findings('default-logins', { text })).toEqual([
      'the secret of login a is what everybody tries',
    ]);
  });

  it('looks at no ticket and no certificate where there is none', async () => {
    for (const name of ['credential', 'certificate-file'])
      await expect(findings(name, {})).rejects.toThrow(NotExamined);
  });
});
