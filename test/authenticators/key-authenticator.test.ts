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

  it('leaves a bearer in the form of a ticket to others', () => {
    expect(authenticator.authenticate(presenting('bearer', 'v1.e30.x'))).toBeUndefined();
  });

  it.each([
    ['', 'the key shop is empty'],
    ['v1.abc', 'the key shop begins like a ticket'],
    ['x'.repeat(8193), 'the key shop is over 8192 characters'],
  ])('is not built with a key that nobody could present: %#', (key, message) => {
    expect(() => new KeyAuthenticator(new Map([['shop', key]]))).toThrow(message);
  });
});
