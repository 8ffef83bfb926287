import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryReplayCache, mintTicket, TicketAuthenticator } from '../../src/authenticators/index.js';
import type { ReplayCache } from '../../src/core/authenticator.js';
import { isRouterError, RouterError } from '../../src/core/errors.js';
import type { TicketGrant } from '../../src/core/ticket-grant.js';
import { NOBODY, presenting } from './attempts.js';
import { answer, judge, NOW, PRIVATE_KEY, PUBLIC_KEY, SECRET, sealed, signed } from './tickets.js';

const MALFORMED = 'the ticket is malformed';
const FOREIGN = 'the ticket is not signed by this server';
const EXPIRED = 'the ticket is expired';
const OF_A_KIND = 'the ticket is of a kind that is not accepted here';
const USED = 'the ticket was used already';

const KINDS = [
  { kind: 'v1', key: SECRET, make: sealed, length: 43 },
  { kind: 'e1', key: PRIVATE_KEY, make: signed, length: 86 },
] as const;

const claims = { sub: '5', iat: NOW / 1000, exp: NOW / 1000 + 60, jti: 'x' };

function once(replays: ReplayCache = new MemoryReplayCache({ size: 100, clock: () => NOW })) {
  return new TicketAuthenticator({ secret: SECRET, publicKey: PUBLIC_KEY, replays, clock: () => NOW });
}

describe.each(KINDS)('the ticket authenticator, for tickets $kind,', ({ kind, key, make, length }) => {
  const mint = (grant: Partial<TicketGrant> = {}) =>
    mintTicket({ user: '5', ttl: 300_000, ...grant }, key, () => NOW);
  const accepted = expect.objectContaining({ kind: 'user', id: '5' });

  it('knows the user, organisations and roles', () => {
    const ticket = mint({ user: 'anna;5/ü', organizations: ['7', '8'], roles: ['ROLE_ADMIN'] });
    expect(ticket).toMatch(new RegExp(`^${kind}\\.[\\w-]+\\.[\\w-]{${length}}$`));
    expect(judge(ticket)).toEqual({
      kind: 'user',
      id: 'anna;5/ü',
      organizations: ['7', '8'],
      roles: ['ROLE_ADMIN'],
      claims: { iat: NOW / 1000, exp: NOW / 1000 + 300, jti: expect.stringMatching(/^[\w-]{22}$/) },
      issued: NOW,
    });
  });

  it('knows the channels that it grants, and when its session ends', () => {
    const channels = { subscribe: ['orders/*', 'news/**'], publish: [] };
    expect(judge(mint({ channels, session: 3_600_000 }))).toMatchObject({
      grants: channels,
      expires: NOW + 3_600_000,
    });
  });

  it('takes it in every place where a secret goes', () => {
    for (const source of ['ticket', 'token', 'bearer', 'cookie', 'renewal'] as const) {
      expect(answer(once(), mint(), source)).toEqual(accepted);
    }
  });

  it('wants the name that comes along to be the user, if one does', () => {
    for (const source of ['basic', 'login'] as const) {
      expect(once().authenticate(presenting(source, mint(), '5'))).toEqual(accepted);
      expect(once().authenticate(presenting(source, mint(), ''))).toEqual(accepted);
      expect(() => once().authenticate(presenting(source, mint(), '6'))).toThrow('is for another user');
    }
  });

  it('takes it until it expires, and from 30 seconds before it was minted', () => {
    expect(judge(mint(), NOW + 299_999)).toEqual(accepted);
    expect(judge(mint(), NOW + 300_000)).toBe(EXPIRED);
    expect(judge(mint(), NOW - 30_000)).toEqual(accepted);
    expect(judge(mint(), NOW - 31_000)).toBe(EXPIRED);
  });

  it('refuses one whose session would have ended', () => {
    const ticket = mint({ session: 10_000 });
    expect(judge(ticket, NOW + 9999)).toEqual(accepted);
    expect(judge(ticket, NOW + 10_000)).toBe(EXPIRED);
  });

  it('takes one that was minted elsewhere with the same key', () => {
    expect(judge(make(claims))).toEqual(accepted);
    expect(judge(make({ ...claims, org: ['7'], roles: [], ch: {} }))).toEqual(accepted);
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
    { ...claims, jti: 'x'.repeat(256) },
    { ...claims, org: '7' },
    { ...claims, org: [7] },
    { ...claims, roles: { backend: true } },
    { ...claims, roles: ['backend'] },
    { ...claims, roles: ['editor', 'backend'] },
    { ...claims, until: 1e308 },
    { ...claims, until: '9999999999' },
    { ...claims, until: null },
    { ...claims, until: -1 },
    { ...claims, until: 1.5 },
    { ...claims, until: false },
    { ...claims, ch: null },
    { ...claims, ch: [] },
    { ...claims, ch: ['news'] },
    { ...claims, ch: { subscribe: 'news' } },
    { ...claims, ch: { subscribe: null } },
    { ...claims, ch: { subscribe: [''] } },
    { ...claims, ch: { subscribe: [7] } },
    { ...claims, ch: { subscribe: ['**/news'] } },
    { ...claims, ch: { subscribe: ['news/a*'] } },
    { ...claims, ch: { subscribe: ['news/***'] } },
    { ...claims, ch: { publish: ['é'.repeat(128)] } },
    { ...claims, ch: { publish: Array.from({ length: 101 }, (_, i) => `${i}`) } },
    { ...claims, ch: { call: ['news'] } },
    { ...claims, alg: 'none' },
    { ...claims, nbf: 1 },
  ])('refuses a signed one that says %j', (payload) => {
    expect(judge(make(payload))).toBe(MALFORMED);
  });

  it('refuses one that is over 4096 characters, whatever it is signed with', () => {
    expect(judge(make({ ...claims, org: ['7'.repeat(2800)] }))).toEqual(accepted);
    expect(judge(make({ ...claims, org: ['7'.repeat(3100)] }))).toBe(MALFORMED);
  });

  it('takes no other spelling of a ticket', () => {
    const ticket = mint();
    fc.assert(
      fc.property(fc.nat(ticket.length - 1), fc.constantFrom(...'ABCXYZabcxyz0189-_.= '), (i, character) => {
        fc.pre(ticket[i] !== character);
        const other = ticket.slice(0, i) + character + ticket.slice(i + 1);
        expect([MALFORMED, FOREIGN]).toContain(judge(other));
      }),
      { numRuns: 1000 },
    );
    const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
    const good = spellings.filter((last) => typeof judge(ticket.slice(0, -1) + last) !== 'string');
    expect(good).toEqual([ticket.at(-1)]);
  });

  it('throws refusals only, whatever is presented', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String().map((text) => `${kind}.${text}.${'A'.repeat(length)}`),
          fc.json().map((payload) => make(payload)),
          fc
            .record({ ch: fc.jsonValue(), until: fc.jsonValue() })
            .map((more) => make({ ...claims, ...more })),
        ),
        (ticket) => {
          try {
            const { claims, grants = {} } = once().authenticate(presenting('ticket', ticket)) as never;
            expect(claims).toMatchObject({ jti: 'x' });
            expect(Object.keys(grants).every((name) => ['subscribe', 'publish'].includes(name))).toBe(true);
          } catch (error) {
            expect(isRouterError(error)).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('lets it through once', () => {
    const [authenticator, ticket] = [once(), mint()];
    expect(answer(authenticator, ticket)).toEqual(accepted);
    expect(answer(authenticator, ticket)).toBe(USED);
    expect(answer(authenticator, ticket, 'bearer')).toBe(USED);
    expect(answer(authenticator, mint())).toEqual(accepted);
  });

  it('knows a used ticket by its id, however the rest is written', () => {
    const authenticator = once();
    expect(answer(authenticator, make(claims))).toEqual(accepted);
    expect(answer(authenticator, make({ ...claims, roles: [] }))).toBe(USED);
  });

  it('uses up no ticket that it refuses', () => {
    const replays = new MemoryReplayCache({ size: 100, clock: () => NOW });
    const [ticket, short] = [mint(), mint({ ttl: 1000 })];
    expect(answer(once(replays), ticket.slice(0, -1))).toBe(MALFORMED);
    expect(answer(once(replays), make({ ...claims, nbf: 1 }))).toBe(MALFORMED);
    expect(() => once(replays).authenticate(presenting('login', ticket, '6'))).toThrow('another user');
    const later = new TicketAuthenticator({
      secret: SECRET,
      publicKey: PUBLIC_KEY,
      replays,
      clock: () => NOW + 2000,
    });
    expect(answer(later, short)).toBe(EXPIRED);
    expect(replays.size).toBe(0);
    expect(answer(once(replays), ticket)).toEqual(accepted);
  });

  it('lets one of fifty through who come at once', async () => {
    const taken = new Set<string>();
    const slow: ReplayCache = {
      async claim(id) {
        await new Promise(setImmediate);
        return !taken.has(id) && taken.add(id) !== undefined;
      },
    };
    const ticket = mint();
    for (const authenticator of [once(), once(slow)]) {
      const attempts = Array.from({ length: 50 }, async () =>
        authenticator.authenticate(presenting('ticket', ticket)),
      );
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(reasons.every(({ code, message }) => code === 'unauthorized' && message === USED)).toBe(true);
    }
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no store at redis://user:pass@host');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no store at redis://user:pass@host'))],
  ])('lets nobody through when the store %s, and says nothing of it', async (_how, claim) => {
    const attempt = async () => once({ claim }).authenticate(presenting('ticket', mint()));
    await expect(attempt()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'it cannot be told whether the ticket was used already',
    });
  });

  it.each([
    [
      'is full',
      () => {
        throw new RouterError('unavailable', 'full', { limit: 'limits.tickets' });
      },
      'unavailable: full',
    ],
    ['answers nothing', () => undefined as unknown as boolean, USED],
    ['answers anything else', () => 'OK' as unknown as boolean, USED],
  ])('lets nobody through when the store %s', (_how, claim, message) => {
    expect(answer(once({ claim }), mint())).toBe(message);
  });

  it('remembers it for as long as any node could take it', () => {
    const claimed: unknown[] = [];
    const claim = (...what: unknown[]) => claimed.push(what) > 0;
    answer(once({ claim }), make(claims));
    expect(claimed).toEqual([[`ticket:${kind}:x`, NOW + 60_000 + 30_000]]);
  });
});

describe('the ticket authenticator', () => {
  it('answers nothing to a key or to nothing', () => {
    expect(once().authenticate(presenting('bearer', 'a-key'))).toBeUndefined();
    expect(once().authenticate(presenting('login', 'a-password', '5'))).toBeUndefined();
    expect(once().authenticate(NOBODY)).toBeUndefined();
  });

  const ticket = mintTicket({ user: '5', ttl: 300_000 }, SECRET, () => NOW);

  it.each([
    ['', MALFORMED],
    ['v1', MALFORMED],
    ['v1..', MALFORMED],
    ['v1.e30.', MALFORMED],
    ['e1..', MALFORMED],
    [`v2${ticket.slice(2)}`, MALFORMED],
    [`V1${ticket.slice(2)}`, MALFORMED],
    [`${ticket}.`, MALFORMED],
    [`${ticket} `, MALFORMED],
    [`${ticket}\n`, MALFORMED],
    [`${ticket}=`, MALFORMED],
    [Buffer.from(ticket).toString('base64'), MALFORMED],
    [`v1.${'a'.repeat(5000)}.${'a'.repeat(43)}`, MALFORMED],
    [`v1.e30.${'A'.repeat(43)}`, FOREIGN],
    [`e1.e30.${'A'.repeat(86)}`, FOREIGN],
    ['eyJhbGciOiJub25lIn0.e30', MALFORMED],
  ])('refuses %j', (text, message) => {
    expect(judge(text)).toBe(message);
  });

  it('leaves a JSON Web Token to others, wherever it comes from', () => {
    expect(once().authenticate(presenting('ticket', 'eyJhbGciOiJub25lIn0.e30.'))).toBeUndefined();
  });

  it('refuses what another secret or another key has signed', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(judge(sealed(claims, 'another'))).toBe(FOREIGN);
    expect(judge(signed(claims, privateKey))).toBe(FOREIGN);
  });

  it('refuses a kind for which it has no key, and never tries the other', () => {
    expect(judge(sealed(claims), NOW, { secret: undefined })).toBe(OF_A_KIND);
    expect(judge(signed(claims), NOW, { publicKey: undefined })).toBe(OF_A_KIND);
  });

  it('refuses a ticket whose kind was changed, with its signature cut or filled to fit', () => {
    for (const good of [sealed(claims), signed(claims)]) {
      const [kind, payload = '', signature = ''] = good.split('.');
      const [other, length] = kind === 'v1' ? ['e1', 86] : ['v1', 43];
      const changed = `${other}.${payload}.${signature.padEnd(86, 'A').slice(0, length)}`;
      expect([judge(good), judge(changed)]).toEqual([expect.objectContaining({ id: '5' }), FOREIGN]);
    }
  });

  it('refuses a ticket v1 that is sealed with the public key, in any spelling', () => {
    const pem = PUBLIC_KEY.export({ type: 'spki', format: 'pem' }).toString();
    const der = PUBLIC_KEY.export({ type: 'spki', format: 'der' });
    const raw = der.subarray(-32);
    const spellings = [
      pem,
      pem.trim(),
      der,
      raw,
      raw.toString('base64url'),
      raw.toString('base64'),
      raw.toString('hex'),
      '',
    ];
    for (const secret of spellings) {
      expect(judge(sealed(claims, secret))).toBe(FOREIGN);
      expect(judge(sealed(claims, secret), NOW, { secret: undefined })).toBe(OF_A_KIND);
    }
  });

  it('keeps the ids of both kinds apart', () => {
    const authenticator = once();
    expect(answer(authenticator, sealed(claims))).toMatchObject({ id: '5' });
    expect(answer(authenticator, signed(claims))).toMatchObject({ id: '5' });
  });

  it('takes a ticket again and again where it remembers none', () => {
    const again = new TicketAuthenticator({ secret: SECRET, clock: () => NOW });
    for (let i = 0; i < 3; i++) expect(answer(again, ticket)).toMatchObject({ id: '5' });
  });

  it('is not built without a key, or with an empty secret', () => {
    expect(() => new TicketAuthenticator({})).toThrow('set auth.secret or auth.public_key');
    expect(() => new TicketAuthenticator({ secret: '' })).toThrow('set SIGNALBOX_SECRET');
  });
});
