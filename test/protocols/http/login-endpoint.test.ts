import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../src/core/authenticator.js';
import { RouterError } from '../../../src/core/errors.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import type { TicketGrant } from '../../../src/core/ticket-grant.js';
import { LoginEndpoint } from '../../../src/protocols/http/index.js';

const ANN: Principal = { ...ANONYMOUS, kind: 'user', id: 'ann', roles: ['ROLE_STAFF'], organizations: ['7'] };
const LOGINS: Readonly<Record<string, Principal>> = {
  ann: ANN,
  brief: { ...ANN, id: 'brief', expires: 61_000 },
  bound: { ...ANN, id: 'bound', scope: ['site/*'] },
  shop: { ...ANONYMOUS, kind: 'backend', id: 'shop', roles: ['backend'] },
};

/** Everybody's password is `secret`. */
const authenticator: Authenticator = {
  method: 'fake',
  authenticate: ({ credential }) => {
    if (credential?.secret !== 'secret') throw new RouterError('unauthorized', 'the password is wrong');
    return LOGINS[credential.identity ?? ''];
  },
};

function setUp() {
  const granted: TicketGrant[] = [];
  const endpoint = new LoginEndpoint({
    authenticator,
    ttl: 300_000,
    clock: () => 1000,
    mint: (grant) => ({ ticket: `t${granted.push(grant)}`, expires: 301 }),
  });
  const post = async (authorization?: string) =>
    endpoint.handle({
      method: 'POST',
      url: new URL('http://localhost/api/login'),
      headers: authorization === undefined ? {} : { authorization },
      remoteAddress: '127.0.0.1',
      body: Buffer.alloc(0),
    });
  const logIn = (name: string, password = 'secret') =>
    post(`Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`);
  return { granted, post, logIn };
}

describe('POST /api/login', () => {
  it('answers with a ticket that says who the password proves', async () => {
    const { granted, logIn } = setUp();
    const { status, headers, body } = await logIn('ann');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(JSON.parse(String(body))).toEqual({ ticket: 't1', expires: 301 });
    expect(granted).toEqual([{ user: 'ann', organizations: ['7'], roles: ['ROLE_STAFF'], ttl: 300_000 }]);
  });

  it('gives an identity that ends a ticket that ends with it', async () => {
    const { granted, logIn } = setUp();
    await logIn('brief');
    expect(granted[0]).toMatchObject({ ttl: 60_000, session: 60_000 });
  });

  it.each([
    ['a wrong password', 'ann', 'wrong', 'unauthorized'],
    ['a name that is not known', 'nobody', 'secret', 'unauthorized'],
    ['a back end, whom no ticket can name', 'shop', 'secret', 'forbidden'],
    ['who is bound to some channels, and would not be with a ticket', 'bound', 'secret', 'forbidden'],
  ])('refuses %s', async (_who, name, password, code) => {
    const { granted, logIn } = setUp();
    await expect(logIn(name, password)).rejects.toMatchObject({ code });
    expect(granted).toEqual([]);
  });

  it.each([undefined, 'Bearer secret', 'Basic', 'Basic !', `Basic ${btoa('ann')}`])(
    'takes nothing but a name and a password, and so not %s',
    async (authorization) => {
      const { granted, post } = setUp();
      await expect(post(authorization)).rejects.toMatchObject({ code: 'unauthorized' });
      expect(granted).toEqual([]);
    },
  );
});
