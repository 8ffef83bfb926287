import * as crypto from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KeyAuthenticator } from '../../src/authenticators/index.js';
import { NOBODY, presenting } from './attempts.js';

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof crypto>();
  return { ...actual, timingSafeEqual: vi.fn(actual.timingSafeEqual) };
});

const compare = vi.mocked(crypto.timingSafeEqual);
const keys = new Map([
  ['shop', 'shop-key'],
  ['crm', 'crm-key'],
  ['mail', 'mail-key'],
]);

afterEach(() => compare.mockClear());

describe('the key authenticator', () => {
  const authenticator = new KeyAuthenticator(keys);

  it('knows a back end by its key', () => {
    expect(authenticator.authenticate(presenting('bearer', 'crm-key'))).toEqual({
      kind: 'backend',
      id: 'crm',
      roles: ['backend'],
      organizations: [],
      claims: {},
    });
  });

  it.each(['', 'crm-ke', 'crm-key2', 'CRM-KEY', ' crm-key', 'é', 'x'.repeat(100_000)])(
    'refuses the key %#',
    (bearer) => {
      expect(() => authenticator.authenticate(presenting('bearer', bearer))).toThrow(
        expect.objectContaining({ code: 'unauthorized', message: 'the key is not known' }),
      );
    },
  );

  it.each(['shop-key', 'mail-key', 'unknown'])('compares %s with every key in constant time', (bearer) => {
    try {
      authenticator.authenticate(presenting('bearer', bearer));
    } catch {}
    expect(compare).toHaveBeenCalledTimes(keys.size);
    for (const [a, b] of compare.mock.calls) expect([a.byteLength, b.byteLength]).toEqual([32, 32]);
  });

  it('answers nothing when no key is presented', () => {
    expect(authenticator.authenticate(NOBODY)).toBeUndefined();
    expect(authenticator.authenticate(presenting('ticket', 'crm-key'))).toBeUndefined();
  });

  it.each(['v1.e30.x', 'e1.e30.x'])('leaves %s, which has the form of a ticket, to others', (ticket) => {
    expect(authenticator.authenticate(presenting('bearer', ticket))).toBeUndefined();
    expect(authenticator.authenticate(presenting('basic', ticket, 'shop'))).toBeUndefined();
  });

  it.each(['basic', 'login'] as const)('knows a back end by the name and key of a %s', (source) => {
    expect(authenticator.authenticate(presenting(source, 'crm-key', 'crm'))).toMatchObject({ id: 'crm' });
  });

  it.each([
    ['shop', 'crm-key'],
    ['CRM', 'crm-key'],
    ['', 'crm-key'],
    ['crm-key', ''],
    ['crm', 'wrong'],
    ['nobody', 'wrong'],
  ])('leaves the name "%s" with the key "%s" to others, with the same work', (name, key) => {
    for (const source of ['basic', 'login'] as const) {
      compare.mockClear();
      expect(authenticator.authenticate(presenting(source, key, name))).toBeUndefined();
      expect(compare).toHaveBeenCalledTimes(keys.size);
    }
  });

  it('reads no key from an address, a cookie or a renewal', () => {
    for (const source of ['token', 'cookie', 'renewal'] as const) {
      expect(authenticator.authenticate(presenting(source, 'crm-key'))).toBeUndefined();
    }
  });

  it('knows a key of which it has the hash alone, with its roles, scope and rights', () => {
    const sha256 = crypto.createHash('sha256').update('mqtt-key').digest('hex');
    const hashed = new KeyAuthenticator(
      new Map([
        ['mqtt', { key: undefined, sha256, roles: ['sensor'], channels: ['site/*'], tickets: false }],
      ]),
    );
    expect(hashed.authenticate(presenting('bearer', 'mqtt-key'))).toEqual({
      kind: 'backend',
      id: 'mqtt',
      roles: ['backend', 'sensor'],
      organizations: [],
      claims: { tickets: false },
      scope: ['site/*'],
    });
    expect(() => hashed.authenticate(presenting('bearer', sha256))).toThrow('the key is not known');
  });

  it.each([
    ['', 'the key shop is empty'],
    ['v1.abc', 'the key shop begins like a ticket'],
    ['e1.abc', 'the key shop begins like a ticket'],
    ['x'.repeat(8193), 'the key shop is over 8192 characters'],
  ])('is not built with a key that nobody could present: %#', (key, message) => {
    expect(() => new KeyAuthenticator(new Map([['shop', key]]))).toThrow(message);
  });
});
