import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../src/core/authenticator.js';
import { isRouterError } from '../../../src/core/errors.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import type { TicketGrant } from '../../../src/core/ticket-grant.js';
import { TicketsEndpoint } from '../../../src/protocols/http/index.js';

const SHOP: Principal = { ...ANONYMOUS, kind: 'backend', id: 'shop', roles: ['backend'] };
const CALLERS: Readonly<Record<string, Principal>> = {
  shop: SHOP,
  scoped: { ...SHOP, scope: ['site/*'] },
  boundToNothing: { ...SHOP, scope: [] },
  withoutTickets: { ...SHOP, claims: { tickets: false } },
  user: { ...ANONYMOUS, kind: 'user', id: '5', roles: ['backend'] },
};

const authenticator: Authenticator = {
  method: 'fake',
  authenticate: ({ credential }) => CALLERS[credential?.secret ?? ''],
};

function setUp(mint?: (grant: TicketGrant) => never) {
  const granted: TicketGrant[] = [];
  const endpoint = new TicketsEndpoint({
    authenticator,
    ttl: 300_000,
    longest: 3_600_000,
    mint: mint ?? ((grant) => ({ ticket: `t${granted.push(grant)}`, expires: 1_800_000_300 })),
  });
  const post = async (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    endpoint.handle({
      method: 'POST',
      url: new URL('http://localhost/api/tickets'),
      headers: { authorization: 'Bearer shop', ...headers },
      remoteAddress: '127.0.0.1',
      body: Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  return { granted, post };
}

describe('POST /api/tickets', () => {
  it('answers with a ticket and when it expires', async () => {
    const { granted, post } = setUp();
    const { status, headers, body } = await post({ user: '5' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(JSON.parse(String(body))).toEqual({ ticket: 't1', expires: 1_800_000_300 });
    expect(granted).toEqual([{ user: '5', organizations: [], roles: [], ttl: 300_000 }]);
  });

  it('grants what the body asks for', async () => {
    const { granted, post } = setUp();
    const channels = { subscribe: ['orders/*'], publish: ['news/**'] };
    await post({
      user: 'ann;é',
      organizations: ['7'],
      roles: ['editor'],
      channels,
      ttl: '1h',
      session: '30m',
    });
    expect(granted).toEqual([
      {
        user: 'ann;é',
        organizations: ['7'],
        roles: ['editor'],
        channels,
        ttl: 3_600_000,
        session: 1_800_000,
      },
    ]);
  });

  it.each([
    ['scoped', 'forbidden', 'the key shop may not make tickets'],
    ['boundToNothing', 'forbidden', 'the key shop may not make tickets'],
    ['withoutTickets', 'forbidden', 'the key shop may not make tickets'],
    ['user', 'forbidden', 'making tickets needs a back-end key'],
    ['nobody', 'unauthorized', 'the key is not known'],
  ])('refuses %s, whatever the body', async (caller, code, message) => {
    const { granted, post } = setUp();
    for (const body of [{ user: '5' }, 'nonsense']) {
      const reply = post(body, { authorization: `Bearer ${caller}` });
      await expect(reply).rejects.toMatchObject({ code, message });
    }
    expect(granted).toEqual([]);
  });

  it('refuses a form that a foreign page could send', async () => {
    const reply = setUp().post({ user: '5' }, { 'content-type': 'text/plain' });
    await expect(reply).rejects.toMatchObject({ code: 'bad_request' });
  });

  it.each([
    ['', /expected/],
    ['null', 'expected an object'],
    ['[]', 'expected an object'],
    ['{"user":"5"} {}', 'expected nothing after the object'],
    ['{"user":"5","user":"6"}', 'the key "user" comes twice'],
    ['{"user":"5","channels":{"publish":[],"publish":["**"]}}', 'the key "publish" comes twice'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'not valid UTF-8'],
    [{}, 'user is not a text'],
    [{ user: '' }, 'user is not a text'],
    [{ user: 5 }, 'user is not a text'],
    [{ user: 'é'.repeat(128) }, 'user is not a text'],
    [{ user: '5', admin: true }, 'unknown key "admin"'],
    [{ user: '5', organizations: '7' }, 'organizations is not a list'],
    [{ user: '5', organizations: [7] }, 'organizations is not a list'],
    [{ user: '5', organizations: Array.from({ length: 101 }, String) }, 'organizations is not a list'],
    [{ user: '5', roles: [''] }, 'roles is not a list'],
    [{ user: '5', roles: ['x'.repeat(256)] }, 'roles is not a list'],
    [{ user: '5', channels: ['a'] }, 'expected an object'],
    [{ user: '5', channels: { call: ['a'] } }, 'unknown key "call"'],
    [{ user: '5', ttl: 300 }, 'ttl is not a duration such as "30s"'],
    [{ user: '5', ttl: '300' }, 'ttl is not a duration'],
    [{ user: '5', ttl: '0s' }, 'ttl is not a duration'],
    [{ user: '5', ttl: 'soon' }, 'ttl is not a duration'],
    [{ user: '5', ttl: null }, 'ttl is not a duration'],
    [{ user: '5', ttl: '61m' }, 'ttl is not at most 3600000 ms (auth.ticket_ttl_max)'],
    [{ user: '5', session: -1 }, 'session is not a duration'],
  ])('refuses %j', async (body, message) => {
    const { granted, post } = setUp();
    await expect(post(body)).rejects.toMatchObject({ code: 'bad_request' });
    await expect(post(body)).rejects.toThrow(message);
    expect(granted).toEqual([]);
  });

  it('says why no ticket can grant that, and nothing of other errors', async () => {
    const post = (error: Error) =>
      setUp(() => {
        throw error;
      }).post({ user: '5' });
    await expect(post(new RangeError('cannot grant the role backend'))).rejects.toMatchObject({
      code: 'bad_request',
      message: 'cannot grant the role backend',
    });
    await expect(post(new TypeError('broken'))).rejects.toSatisfy((error) => !isRouterError(error));
  });

  it('throws refusals only, whatever is sent', async () => {
    const member = fc.constantFrom(
      'user',
      'roles',
      'organizations',
      'channels',
      'ttl',
      'session',
      '__proto__',
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(member, fc.jsonValue()).map((v) => JSON.stringify(v)),
    );
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const outcome = await setUp()
          .post(text)
          .catch((error: unknown) => error);
        expect(isRouterError(outcome) || (outcome as { status: number }).status === 200).toBe(true);
      }),
    );
  });
});
