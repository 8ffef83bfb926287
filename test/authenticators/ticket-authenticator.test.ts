import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintTicket, TicketAuthenticator } from '../../src/authenticators/index.js';
import { isRouterError } from '../../src/core/errors.js';
import { NOBODY, presenting } from './attempts.js';

const SECRET = 'a secret of this test';
const NOW = 1_800_000_000_000;
const MALFORMED = 'the ticket is malformed';
const FOREIGN = 'the ticket is not signed by this server';
const EXPIRED = 'the ticket is expired';

function at(time: number, secret = SECRET): TicketAuthenticator {
  return new TicketAuthenticator(secret, () => time);
}

function mint(grant: Partial<Parameters<typeof mintTicket>[0]> = {}): string {
  return mintTicket({ user: '5', ttl: 300_000, ...grant }, SECRET, () => NOW);
}

/** A ticket with any payload, signed with the right secret. */
function signed(payload: unknown, secret = SECRET): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const head = `v1.${Buffer.from(text).toString('base64url')}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

function refusal(ticket: string, time = NOW): string {
  try {
    at(time).authenticate(presenting('ticket', ticket));
  } catch (error) {
    expect(error).toMatchObject({ code: 'unauthorized' });
    return (error as Error).message;
  }
  return 'accepted';
}

describe('the ticket authenticator', () => {
  it('knows the user, organisations and roles of a ticket', () => {
    const ticket = mint({ user: 'anna;5/ü', organizations: ['7', '8'], roles: ['ROLE_ADMIN'] });
    expect(ticket).toMatch(/^v1\.[\w-]+\.[\w-]{43}$/);
    expect(at(NOW).authenticate(presenting('ticket', ticket))).toEqual({
      kind: 'user',
      id: 'anna;5/ü',
      organizations: ['7', '8'],
      roles: ['ROLE_ADMIN'],
      claims: { iat: NOW / 1000, exp: NOW / 1000 + 300, jti: expect.stringMatching(/^[\w-]{22}$/) },
    });
  });

  it('takes a ticket as bearer too', () => {
    expect(at(NOW).authenticate(presenting('bearer', mint()))).toMatchObject({ kind: 'user', id: '5' });
  });

  it('answers nothing to a key or to nothing', () => {
    expect(at(NOW).authenticate(presenting('bearer', 'a-key'))).toBeUndefined();
    expect(at(NOW).authenticate(NOBODY)).toBeUndefined();
  });

  it('gives every ticket an id of its own', () => {
    const ids = [mint(), mint()].map(
      (ticket) => at(NOW).authenticate(presenting('ticket', ticket))?.claims['jti'],
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('takes a ticket until it expires, and from 30 seconds before it was minted', () => {
    expect(refusal(mint(), NOW + 299_999)).toBe('accepted');
    expect(refusal(mint(), NOW + 300_000)).toBe(EXPIRED);
    expect(refusal(mint(), NOW - 30_000)).toBe('accepted');
    expect(refusal(mint(), NOW - 31_000)).toBe(EXPIRED);
  });

  it('refuses a ticket of another secret', () => {
    const ticket = mint();
    expect(() => at(NOW, 'another').authenticate(presenting('ticket', ticket))).toThrow(FOREIGN);
  });

  it.each([
    ['', MALFORMED],
    ['v1', MALFORMED],
    ['v1..', MALFORMED],
    ['v1.e30.', MALFORMED],
    [`v2${mint().slice(2)}`, MALFORMED],
    [`${mint()}.`, MALFORMED],
    [`${mint()} `, MALFORMED],
    [`${mint()}\n`, MALFORMED],
    [`${mint()}=`, MALFORMED],
    [Buffer.from(mint()).toString('base64'), MALFORMED],
    [`v1.${'a'.repeat(5000)}.${'a'.repeat(43)}`, MALFORMED],
    [`v1.e30.${'A'.repeat(43)}`, FOREIGN],
    ['eyJhbGciOiJub25lIn0.e30.', MALFORMED],
  ])('refuses %j', (ticket, message) => {
    expect(refusal(ticket)).toBe(message);
  });

  const claims = { sub: '5', iat: NOW / 1000, exp: NOW / 1000 + 60, jti: 'x' };

  it('takes tickets minted elsewhere with the same secret', () => {
    expect(refusal(signed(claims))).toBe('accepted');
    expect(refusal(signed({ ...claims, org: ['7'], roles: [] }))).toBe('accepted');
  });

  it.each([
    'not json',
    'null',
    '[]',
    '7',
    '{}',
    '{"__proto__":{}}',
    { ...claims, sub: '' },
    { ...claims, sub: 5 },
    { ...claims, sub: undefined },
    { ...claims, exp: undefined },
    { ...claims, exp: '9e9' },
    { ...claims, exp: null },
    { ...claims, exp: 1e308 },
    { ...claims, exp: 1.5 },
    { ...claims, iat: undefined },
    { ...claims, iat: -1 },
    { ...claims, jti: undefined },
    { ...claims, org: '7' },
    { ...claims, org: [7] },
    { ...claims, roles: { backend: true } },
    { ...claims, roles: ['backend'] },
    { ...claims, nbf: 1 },
  ])('refuses a signed ticket that says %j', (payload) => {
    expect(refusal(signed(payload))).toBe(MALFORMED);
  });

  it('takes no other spelling of a ticket', () => {
    const ticket = mint();
    fc.assert(
      fc.property(fc.nat(ticket.length - 1), fc.constantFrom(...'ABCXYZabcxyz0189-_.= '), (i, character) => {
        fc.pre(ticket[i] !== character);
        expect([MALFORMED, FOREIGN]).toContain(refusal(ticket.slice(0, i) + character + ticket.slice(i + 1)));
      }),
      { numRuns: 2000 },
    );
  });

  it('throws refusals only, whatever is presented', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((payload) => signed(payload)),
        ),
        (ticket) => {
          try {
            at(NOW).authenticate(presenting('ticket', ticket));
            return false;
          } catch (error) {
            return isRouterError(error);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is not built without a secret', () => {
    expect(() => new TicketAuthenticator('')).toThrow('set SIGNALBOX_SECRET');
  });
});

describe('minting a ticket', () => {
  it.each([
    [{ user: '' }, 'a ticket needs a user'],
    [{ roles: ['backend'] }, 'cannot grant the role backend'],
    [{ ttl: 0 }, 'cannot live 0 ms'],
    [{ ttl: -1 }, 'cannot live -1 ms'],
    [{ ttl: Number.NaN }, 'cannot live NaN ms'],
    [{ ttl: Number.POSITIVE_INFINITY }, 'cannot live Infinity ms'],
    [{ roles: Array.from({ length: 1000 }, (_, i) => `ROLE_${i}`) }, 'is over 4096'],
  ])('refuses %j', (grant, message) => {
    expect(() => mint(grant)).toThrow(message);
  });

  it('is short', () => {
    expect(mint({ organizations: ['7'] }).length).toBeLessThan(180);
  });
});
