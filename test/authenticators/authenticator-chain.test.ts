import { describe, expect, it } from 'vitest';
import {
  AnonymousAuthenticator,
  authenticatorChain,
  KeyAuthenticator,
  mintTicket,
  TicketAuthenticator,
} from '../../src/authenticators/index.js';
import type { Authenticator } from '../../src/core/authenticator.js';
import { ANONYMOUS } from '../../src/core/session.js';

const remoteAddress = '127.0.0.1';
const key = new KeyAuthenticator(new Map([['shop', 'shop-key']]));
const ticket = new TicketAuthenticator('secret');
const everybody = authenticatorChain([key, ticket, new AnonymousAuthenticator()]);

describe('the chain of authenticators', () => {
  it('asks each kind for its own credentials', async () => {
    const good = mintTicket({ user: '5', ttl: 60_000 }, 'secret');
    expect(await everybody.authenticate({ remoteAddress })).toBe(ANONYMOUS);
    expect(await everybody.authenticate({ remoteAddress, bearer: 'shop-key' })).toMatchObject({ id: 'shop' });
    expect(await everybody.authenticate({ remoteAddress, bearer: good })).toMatchObject({ id: '5' });
    expect(await everybody.authenticate({ remoteAddress, ticket: good })).toMatchObject({ id: '5' });
  });

  it.each([{ bearer: 'wrong' }, { bearer: '' }, { bearer: 'v1.e30.x' }, { ticket: 'wrong' }, { ticket: '' }])(
    'never takes the wrong credentials %j for none',
    (credentials) => {
      expect(() => everybody.authenticate({ remoteAddress, ...credentials })).toThrow(
        expect.objectContaining({ code: 'unauthorized' }),
      );
      expect(() =>
        authenticatorChain([new AnonymousAuthenticator()]).authenticate({ remoteAddress, ...credentials }),
      ).toThrow('credentials of this kind are not accepted here');
    },
  );

  it('refuses who presents nothing where nobody is anonymous', () => {
    expect(() => authenticatorChain([key, ticket]).authenticate({ remoteAddress })).toThrow(
      'credentials are missing',
    );
  });

  it('waits for an authenticator that takes its time', async () => {
    const slow: Authenticator = { method: 'slow', authenticate: async () => undefined };
    const broken: Authenticator = {
      method: 'broken',
      authenticate: () => Promise.reject(new Error('no store')),
    };
    const anonymous = new AnonymousAuthenticator();
    expect(await authenticatorChain([slow, slow, anonymous]).authenticate({ remoteAddress })).toBe(ANONYMOUS);
    await expect(authenticatorChain([slow]).authenticate({ remoteAddress })).rejects.toThrow(
      'credentials are missing',
    );
    await expect(authenticatorChain([broken, anonymous]).authenticate({ remoteAddress })).rejects.toThrow(
      'no store',
    );
  });
});
