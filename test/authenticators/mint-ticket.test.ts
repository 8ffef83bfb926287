import { describe, expect, it } from 'vitest';
import { issueTicket, mintTicket } from '../../src/authenticators/index.js';
import type { TicketGrant } from '../../src/core/ticket-grant.js';
import { judge, NOW, PRIVATE_KEY, PUBLIC_KEY, SECRET } from './tickets.js';

function mint(grant: Partial<TicketGrant> = {}, key: Parameters<typeof mintTicket>[1] = SECRET): string {
  return mintTicket({ user: '5', ttl: 300_000, ...grant }, key, () => NOW);
}

describe('minting a ticket', () => {
  it.each([
    [{ user: '' }, 'a ticket needs a user'],
    [{ roles: ['backend'] }, 'cannot grant the role backend'],
    [{ roles: [''] }, 'roles is not a list of texts'],
    [{ ttl: 0 }, 'a ticket cannot live 0 ms'],
    [{ ttl: -1 }, 'cannot live -1 ms'],
    [{ ttl: Number.NaN }, 'cannot live NaN ms'],
    [{ ttl: Number.POSITIVE_INFINITY }, 'cannot live Infinity ms'],
    [{ session: 0 }, 'a session cannot live 0 ms'],
    [{ channels: { subscribe: ['a**'] } }, 'ch is not a map of subscribe and publish'],
    [{ roles: Array.from({ length: 1000 }, (_, i) => `ROLE_${i}`) }, 'is over 4096'],
  ])('refuses %j', (grant, message) => {
    expect(() => mint(grant)).toThrow(message);
    expect(() => mint(grant)).toThrow(RangeError);
  });

  it('is short', () => {
    expect(mint({ organizations: ['7'] }).length).toBeLessThan(180);
  });

  it('gives every ticket an id of its own', () => {
    const ids = [mint(), mint()].map(
      (ticket) => (judge(ticket) as unknown as { claims: { jti: string } }).claims.jti,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('tells when the ticket expires, in seconds', () => {
    const { ticket, expires } = issueTicket({ user: '5', ttl: 1500 }, SECRET, () => NOW);
    expect(expires).toBe(NOW / 1000 + 2);
    expect(judge(ticket, expires * 1000 - 1)).toMatchObject({ claims: { exp: expires } });
  });

  it('signs with a private key, and cannot with the public one', () => {
    expect(mint({}, PRIVATE_KEY)).toMatch(/^e1\./);
    expect(() => mint({}, PUBLIC_KEY)).toThrow();
  });
});
