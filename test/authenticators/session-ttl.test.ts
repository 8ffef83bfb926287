import { describe, expect, it } from 'vitest';
import { sessionTtl } from '../../src/authenticators/index.js';
import { ANONYMOUS, type Principal } from '../../src/core/session.js';
import { NOBODY } from './attempts.js';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const user: Principal = { ...ANONYMOUS, kind: 'user', id: '5' };

function bounded(principal: Principal | undefined, later = false) {
  const inner = { method: 'fake', authenticate: () => (later ? Promise.resolve(principal) : principal) };
  return sessionTtl(inner, { ttl: HOUR, clock: () => NOW }).authenticate(NOBODY);
}

describe('the bound on sessions', () => {
  it.each([
    ['nothing', undefined, NOW + HOUR],
    ['an earlier end', NOW + 1, NOW + 1],
    ['a later end', NOW + 2 * HOUR, NOW + HOUR],
    ['no end that a clock could show', 1e308, NOW + HOUR],
    ['no end at all', Number.POSITIVE_INFINITY, NOW + HOUR],
  ])('ends a user whose credential says %s', async (_what, expires, end) => {
    const principal = { ...user, ...(expires !== undefined && { expires }) };
    expect(bounded(principal)).toEqual({ ...user, expires: end });
    expect(await bounded(principal, true)).toEqual({ ...user, expires: end });
  });

  it.each([NOW, NOW - 1, 0, -1, Number.NaN])('refuses a user who ended at %d', async (expires) => {
    expect(() => bounded({ ...user, expires })).toThrow('the identity has expired');
    await expect(bounded({ ...user, expires }, true)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('leaves back ends, anonymous peers and those whom nobody knows as they are', () => {
    const shop: Principal = { ...ANONYMOUS, kind: 'backend', id: 'shop', roles: ['backend'] };
    expect(bounded(shop)).toBe(shop);
    expect(bounded(ANONYMOUS)).toBe(ANONYMOUS);
    expect(bounded(undefined)).toBeUndefined();
  });
});
