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
import { NOBODY, presenting } from './attempts.js';

const key = new KeyAuthenticator(new Map([['shop', 'shop-key']]));
const ticket = new TicketAuthenticator({ secret: 'secret' });
const everybody = authenticatorChain([key, ticket, new AnonymousAuthenticator()]);

describe('the chain of authenticators', () => {
  it('asks each kind for its own credentials', async () => {
    const good = mintTicket({ user: '5', ttl: 60_000 }, 'secret');
    expect(await everybody.authenticate(NOBODY)).toBe(ANONYMOUS);
    expect(await everybody.authenticate(presenting('bearer', 'shop-key'))).toMatchObject({ id: 'shop' });
    expect(await everybody.authenticate(presenting('bearer', good))).toMatchObject({ id: '5' });
    expect(await everybody.authenticate(presenting('ticket', good))).toMatchObject({ id: '5' });
  });

  it.each([
    ['bearer', 'wrong'],
    ['bearer', ''],
    ['bearer', 'v1.e30.x'],
    ['ticket', 'wrong'],
    ['ticket', ''],
  ] as const)('never takes the wrong %s "%s" for none', (source, secret) => {
    expect(() => everybody.authenticate(presenting(source, secret))).toThrow(
      expect.objectContaining({ code: 'unauthorized' }),
    );
    expect(() =>
      authenticatorChain([new AnonymousAuthenticator()]).authenticate(presenting(source, secret)),
    ).toThrow('credentials of this kind are not accepted here');
  });

  it.each([
    ['shop', 'wrong'],
    ['nobody', 'shop-key'],
    ['nobody', 'wrong'],
    ['', 'shop-key'],
  ])('says the same whichever of name "%s" and secret "%s" is wrong', (name, secret) => {
    for (const source of ['basic', 'login'] as const) {
      expect(() => everybody.authenticate(presenting(source, secret, name))).toThrow(
        expect.objectContaining({
          code: 'unauthorized',
          message: 'the name or what came with it is not known',
        }),
      );
    }
  });

  it('knows nobody who presents nothing where nobody is anonymous', () => {
    expect(authenticatorChain([key, ticket]).authenticate(NOBODY)).toBeUndefined();
  });

  it('waits for an authenticator that takes its time', async () => {
    const slow: Authenticator = { method: 'slow', authenticate: async () => undefined };
    const broken: Authenticator = {
      method: 'broken',
      authenticate: () => Promise.reject(new Error('no store')),
    };
    const anonymous = new AnonymousAuthenticator();
    expect(await authenticatorChain([slow, slow, anonymous]).authenticate(NOBODY)).toBe(ANONYMOUS);
    expect(await authenticatorChain([slow]).authenticate(NOBODY)).toBeUndefined();
    await expect(authenticatorChain([broken, anonymous]).authenticate(NOBODY)).rejects.toThrow('no store');
  });
});
