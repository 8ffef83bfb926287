import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  authenticatorChain,
  BoundedAccounts,
  KeyAuthenticator,
  MemoryReplayCache,
  mintTicket,
  OroAuthenticator,
  OroDigests,
  TicketAuthenticator,
} from '../../src/authenticators/index.js';
import type { Account } from '../../src/core/accounts.js';
import type { AuthAttempt, ReplayCache } from '../../src/core/authenticator.js';
import { isRouterError, RouterError } from '../../src/core/errors.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import type { Principal } from '../../src/core/session.js';
import { ORO_SECRET, type OroTicketParts, oroTicket, phpOroTicket } from '../support/oro-tickets.js';
import { installed } from '../support/run.js';
import { until } from '../support/until.js';
import { NOBODY, presenting } from './attempts.js';

const php = installed('php', 'apt-get install php-cli');

const NOW = 1_800_000_000_000;
const HASH = '$2y$13$0123456789012345678901O6Yq1QzK7p9m9u8v7w6x5y4z3a2b1c0';
const ANNA: Account = { id: '5', password: HASH, roles: ['ROLE_USER', 'backend'], organizations: ['7', '8'] };

const MALFORMED = 'the Oro ticket is malformed';
const INVALID = 'the Oro ticket is not valid';
const USED = 'the Oro ticket was used already';

const digests = new OroDigests({ secret: ORO_SECRET, queue: 1000 });
afterAll(() => digests.close());

/** What the authenticator does with its parts, written down. */
class Kit {
  readonly lookups: string[] = [];
  readonly made: string[] = [];
  readonly outcomes: string[] = [];
  readonly accounts: Map<string, Account>;
  readonly oro: OroAuthenticator;
  time = NOW;

  constructor(more: Partial<ConstructorParameters<typeof OroAuthenticator>[0]> = {}) {
    this.accounts = new Map([
      ['anna', ANNA],
      ['an;na;', { ...ANNA, id: '6' }],
      ['locked', { ...ANNA, password: '' }],
    ]);
    const clock = () => this.time;
    this.oro = new OroAuthenticator({
      secret: ORO_SECRET,
      lifetime: 300_000,
      anonymous: 'anonymous',
      accounts: {
        find: (username) => {
          this.lookups.push(username);
          return this.accounts.get(username);
        },
      },
      digests: {
        digest: (parts) => {
          this.made.push(parts.password);
          return digests.digest(parts);
        },
      },
      replays: new MemoryReplayCache({ size: 1000, clock }),
      meter: { count: (_name, labels) => void this.outcomes.push(labels?.['outcome'] ?? '') },
      clock,
      ...more,
    });
  }

  async principal(
    ticket: string,
    source: 'ticket' | 'bearer' | 'cookie' | 'login' = 'ticket',
  ): Promise<Principal | undefined> {
    return this.oro.authenticate(presenting(source, ticket));
  }

  /** The reason of the refusal, or `accepted`. */
  async answer(ticket: string): Promise<string> {
    try {
      return (await this.principal(ticket)) === undefined ? 'left to others' : 'accepted';
    } catch (error) {
      expect(error).toMatchObject({ code: 'unauthorized' });
      return (error as Error).message;
    }
  }
}

function annas(more: OroTicketParts = {}): string {
  return oroTicket({ username: 'anna', password: HASH, time: NOW, ...more });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('a ticket of OroSyncBundle', () => {
  it('says who the user is, with what the account has', async () => {
    const kit = new Kit();
    expect(await kit.principal(annas())).toEqual({
      kind: 'user',
      id: '5',
      roles: ['ROLE_USER'],
      organizations: ['7', '8'],
      claims: { username: 'anna' },
      issued: NOW,
    });
    expect(kit.outcomes).toEqual(['accepted']);
  });

  it('is taken from a login with the id of the user, or without a name', async () => {
    const told = async (identity: string) => {
      const { oro } = new Kit();
      const answer = await Promise.resolve(oro.authenticate(presenting('login', annas(), identity))).catch(
        (error: Error) => error.message,
      );
      return typeof answer === 'string' ? answer : answer?.id;
    };
    expect(await told('5')).toBe('5');
    expect(await told('')).toBe('5');
    expect(await told('6')).toBe(INVALID);
  });

  it.each(['bearer', 'cookie', 'login'] as const)('is taken as %s, too', async (source) => {
    expect(await new Kit().principal(annas(), source)).toMatchObject({ id: '5' });
  });

  it.skipIf(!php)('is taken as PHP makes it', async () => {
    const kit = new Kit();
    kit.time = Date.now();
    expect(await kit.principal(await phpOroTicket('anna', HASH))).toMatchObject({ kind: 'user', id: '5' });
    expect(await kit.principal(await phpOroTicket('an;na;', HASH))).toMatchObject({ kind: 'user', id: '6' });
    expect(await kit.principal(await phpOroTicket('', ''))).toMatchObject({ kind: 'anonymous' });
    expect(await kit.answer(await phpOroTicket('anna', `${HASH}.`))).toBe(INVALID);
    expect(await kit.answer(await phpOroTicket('anna', HASH, -310))).toBe('the Oro ticket is expired');
    expect(await kit.answer(await phpOroTicket('anna', HASH, 60))).toBe('the Oro ticket is from the future');
  });

  it.each([
    [
      '0123456789abcdef',
      '2026-11-20T23:51:16+00:00',
      '$2y$13$abc',
      'uVPk8dTe14yQFvR6sXBMQ2iZJ/nReIk6anNE1N55NcnZ4n+tHyxk2taKTFoCFPKuK0jvIWr5SWDap0Q6PkAgtg==',
    ],
  ])('has the digest that PHP 8.2 computed for %s', async (nonce, created, password, digest) => {
    expect(await digests.digest({ nonce, created, password })).toBe(digest);
  });

  it.each([
    [-299, 'accepted'],
    [-301, 'the Oro ticket is expired'],
    [29, 'accepted'],
    [31, 'the Oro ticket is from the future'],
  ])('made at %i seconds from now: %s', async (seconds, answer) => {
    const kit = new Kit();
    expect(await kit.answer(annas({ time: NOW + seconds * 1000 }))).toBe(answer);
    expect(kit.lookups).toHaveLength(answer === 'accepted' ? 1 : 0);
  });

  it('may have its time in another zone', async () => {
    expect(await new Kit().answer(annas({ created: '2027-01-15T10:00:00+02:00' }))).toBe('accepted');
  });

  it('is taken once, and the second time without a lookup or a digest', async () => {
    const kit = new Kit();
    const ticket = annas();
    expect(await kit.answer(ticket)).toBe('accepted');
    expect(await kit.answer(ticket)).toBe(USED);
    expect([kit.lookups.length, kit.made.length]).toEqual([1, 1]);
    expect(kit.outcomes).toEqual(['accepted', 'used']);
  });

  it('is taken once by several nodes, and of many at one moment one', async () => {
    const replays = new MemoryReplayCache({ size: 1000, clock: () => NOW });
    const [here, there] = [new Kit({ replays }), new Kit({ replays })];
    const ticket = annas();
    const answers = await Promise.all([here, there, here, there].map((kit) => kit.answer(ticket)));
    expect(answers.sort()).toEqual(['accepted', USED, USED, USED]);
    expect(await new Kit({ replays }).answer(ticket)).toBe(USED);
  });

  it('is remembered for as long as it could be used, whatever name it is sent with', async () => {
    const claims: [string, number][] = [];
    const replays = {
      claim(id: string, until: number) {
        claims.push([id, until]);
        return true;
      },
    };
    const kit = new Kit({ replays });
    await kit.answer(annas({ nonce: 'a'.repeat(16) }));
    expect(claims).toEqual([[expect.stringMatching(/^oro:a{16}:/), NOW + 330_000]]);
  });

  it('of a user whose name has semicolons is read from both ends', async () => {
    expect(await new Kit().principal(annas({ username: 'an;na;' }))).toMatchObject({ id: '6' });
  });

  it('is not valid after the password was changed', async () => {
    const kit = new Kit();
    kit.accounts.set('anna', { ...ANNA, password: `${HASH}x` });
    expect(await kit.answer(annas())).toBe(INVALID);
  });

  it('costs the same, and is answered the same, for a wrong digest and for a user that does not exist', async () => {
    const [wrong, unknown] = [new Kit(), new Kit()];
    const digest = randomBytes(64).toString('base64');
    expect(await wrong.answer(annas({ digest }))).toBe(INVALID);
    expect(await unknown.answer(annas({ username: 'nobody', digest }))).toBe(INVALID);
    for (const kit of [wrong, unknown]) {
      expect([kit.lookups.length, kit.made.length, kit.outcomes]).toEqual([1, 1, ['invalid']]);
    }
    expect(unknown.made[0]).toMatch(/^\S{64}$/);
    // not even the stand-in for its password lets it in
    const password = unknown.made[0] ?? '';
    expect(await unknown.answer(annas({ username: 'nobody', password }))).toBe(INVALID);
  });

  it.each([ORO_SECRET, '', HASH])(
    'of a user that does not exist is not valid with the password %j',
    async (password) => {
      expect(await new Kit().answer(annas({ username: 'nobody', password }))).toBe(INVALID);
    },
  );

  it.each([ORO_SECRET, ''])(
    'of a user without a password is not valid with the password %j',
    async (password) => {
      expect(await new Kit().answer(annas({ username: 'locked', password }))).toBe(INVALID);
    },
  );

  it('of another secret is not valid', async () => {
    expect(await new Kit().answer(annas({ secret: 'another secret' }))).toBe(INVALID);
  });

  it.each([
    ['twice encoded', base64(annas())],
    ['with an empty digest', annas({ digest: '' })],
    ['with a hexadecimal digest', annas({ digest: 'ab'.repeat(64) })],
    ['with a digest of another length', annas({ digest: randomBytes(63).toString('base64') })],
    ['without a nonce', annas({ nonce: '' })],
    ['with a separator in the nonce', annas({ nonce: '0123456789abcd|f' })],
    ['with a time in words', annas({ created: 'now' })],
    ['with a time that is none', annas({ created: '2027-13-45T99:00:00+00:00' })],
    ['with a time in other words', annas({ created: '@1800000000' })],
    ['with more at its end', annas({ created: '2027-01-15T08:00:00+00:00;' })],
    ['with an overlong name', annas({ username: 'a'.repeat(256) })],
    ['of separators', base64(';;;')],
    ['of other things', base64('a;b;c;d;e;f')],
  ])('%s is malformed', async (_what, ticket) => {
    const kit = new Kit();
    expect(await kit.answer(ticket)).toBe(MALFORMED);
    expect([kit.lookups, kit.made, kit.outcomes]).toEqual([[], [], ['malformed']]);
  });

  it.each([
    ['nothing', NOBODY],
    ['an empty ticket', presenting('ticket', '')],
    ['a key', presenting('bearer', 'a-back-end-key-for-tests-only')],
    ['a ticket of our own', presenting('ticket', mintTicket({ user: '5', ttl: 1000 }, 'a secret'))],
    ['an encrypted ticket of our own', presenting('bearer', 'e1.abc.def')],
    ['base64 with two separators', presenting('ticket', base64('a;b;c'))],
    ['base64 of octets', presenting('bearer', Buffer.from('\xff;;;;', 'latin1').toString('base64'))],
    ['base64 of lines', presenting('bearer', base64(';\n;;;'))],
    ['a ticket in other spelling', presenting('ticket', `${annas()} `)],
    ['a password', presenting('basic', annas(), 'anna')],
    ['a token', presenting('token', annas())],
  ])('is not what %s is: that is left to others', (_what, attempt: AuthAttempt) => {
    expect(new Kit().oro.authenticate(attempt)).toBeUndefined();
  });

  it('is told apart in a chain, wherever our own tickets and keys are taken as well', async () => {
    const secret = 'a secret of this test';
    const keys = new KeyAuthenticator(new Map([['shop', 'a key of this test']]));
    const kit = new Kit();
    const chain = authenticatorChain([kit.oro, new TicketAuthenticator({ secret }), keys]);
    const own = presenting('ticket', mintTicket({ user: '9', ttl: 60_000 }, secret));
    expect(await chain.authenticate(own)).toMatchObject({ id: '9' });
    expect(await chain.authenticate(presenting('bearer', 'a key of this test'))).toMatchObject({
      id: 'shop',
    });
    expect(await chain.authenticate(presenting('ticket', annas()))).toMatchObject({ id: '5' });
  });
});

describe('an anonymous ticket', () => {
  const anonymous = () => oroTicket({ time: NOW });

  it('makes an anonymous peer, without a lookup', async () => {
    const kit = new Kit();
    expect(await kit.principal(anonymous())).toMatchObject({ kind: 'anonymous', roles: [], issued: NOW });
    expect(kit.lookups).toEqual([]);
  });

  it('makes a back end where the settings say so', async () => {
    const kit = new Kit({ anonymous: 'backend' });
    expect(await kit.principal(anonymous())).toEqual({
      kind: 'backend',
      id: 'oro',
      roles: ['backend'],
      organizations: [],
      claims: { tickets: false },
      issued: NOW,
    });
  });

  it.each(['bearer', 'cookie'] as const)(
    'makes no back end as %s: over HTTP those have keys',
    async (source) => {
      const kit = new Kit({ anonymous: 'backend' });
      await expect(kit.principal(anonymous(), source)).rejects.toThrow(INVALID);
      expect(kit.made).toEqual([]);
      expect(await new Kit().principal(anonymous(), source)).toMatchObject({ kind: 'anonymous' });
    },
  );

  it('is refused where the settings say so, before any work', async () => {
    const kit = new Kit({ anonymous: 'refuse' });
    expect(await kit.answer(anonymous())).toBe(INVALID);
    expect(kit.made).toEqual([]);
    expect(await kit.answer(annas())).toBe('accepted');
  });

  it.each(['anonymous', 'backend'] as const)('makes %s once', async (kind) => {
    const kit = new Kit({ anonymous: kind });
    const ticket = anonymous();
    expect([await kit.answer(ticket), await kit.answer(ticket)]).toEqual(['accepted', USED]);
  });

  it('cannot be made of the ticket of a user, nor the reverse', async () => {
    const kit = new Kit({ anonymous: 'backend' });
    expect(await kit.answer(oroTicket({ time: NOW, password: HASH }))).toBe(INVALID);
    expect(await kit.answer(annas({ password: ORO_SECRET }))).toBe(INVALID);
  });
});

describe('when it cannot be told', () => {
  const failing = (error: unknown): ReplayCache => ({ claim: () => Promise.reject(error) });

  it.each([
    ['the store of used tickets fails', { replays: failing(new Error('the store is away')) }],
    ['the store says that it is unavailable', { replays: failing(new RouterError('unavailable', 'away')) }],
    ['the accounts fail', { accounts: { find: () => Promise.reject(new Error('no database')) } }],
    ['the accounts throw', { accounts: { find: () => raise(new Error('no database')) } }],
    ['the digest fails', { digests: { digest: () => Promise.reject(new Error('no thread')) } }],
  ])('a ticket is refused: %s', async (_what, parts) => {
    const kit = new Kit(parts);
    const error = await kit.principal(annas()).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect((error as Error).message).not.toMatch(/database|thread|store/);
    expect(kit.outcomes).toEqual(['unavailable']);
  });

  it('a ticket that was refused for it can be used later', async () => {
    let away = true;
    const replays = { claim: () => (away ? raise(new Error('away')) : true) };
    const kit = new Kit({ replays });
    const ticket = annas();
    await expect(kit.principal(ticket)).rejects.toMatchObject({ code: 'unavailable' });
    away = false;
    expect(await kit.answer(ticket)).toBe('accepted');
  });
});

function raise(error: Error): never {
  throw error;
}

describe('whatever a stranger sends', () => {
  const kit = new Kit({ anonymous: 'backend' });
  const sound = [annas(), annas({ username: 'nobody', password: HASH }), oroTicket({ time: NOW })];

  async function isHarmless(credential: string): Promise<boolean> {
    try {
      return (await kit.principal(credential)) === undefined;
    } catch (error) {
      return (
        isRouterError(error) &&
        error.code === 'unauthorized' &&
        !error.message.includes(credential.slice(0, 20))
      );
    }
  }

  it('is refused or left to others if it is text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.string({ unit: 'binary' }).map(base64),
      fc
        .array(fc.string({ maxLength: 90 }), { minLength: 4, maxLength: 7 })
        .map((parts) => base64(parts.join(';'))),
    );
    await fc.assert(
      fc.asyncProperty(text, (credential) => isHarmless(credential)),
      { numRuns: 2000 },
    );
  });

  it('is refused or left to others if it is a ticket in which something was changed', {
    timeout: 60_000,
  }, async () => {
    const change = fc.record({
      ticket: fc.constantFrom(...sound),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      removed: fc.nat(3),
      added: fc.oneof(fc.constantFrom(';', '', '0', '+00:00', '\u0000'), fc.string({ maxLength: 3 })),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ ticket, at, removed, added }) => {
        const text = Buffer.from(ticket, 'base64').toString();
        const place = Math.floor(at * text.length);
        const changed = text.slice(0, place) + added + text.slice(place + removed);
        fc.pre(changed !== text);
        return isHarmless(base64(changed));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused or left to others if it is a ticket of which one character was changed', async () => {
    const change = fc.tuple(fc.constantFrom(...sound), fc.nat(150), fc.constantFrom(...'AQgw019+/=-_. ;'));
    await fc.assert(
      fc.asyncProperty(change, async ([ticket, at, character]) => {
        const changed = ticket.slice(0, at) + character + ticket.slice(at + 1);
        fc.pre(changed !== ticket);
        return isHarmless(changed);
      }),
      { numRuns: 500 },
    );
  });
});

describe('many at one moment', () => {
  it('do not keep the event loop from firing its timers', async () => {
    const kit = new Kit();
    const tickets = Array.from({ length: 200 }, () =>
      annas({ username: 'nobody', digest: randomBytes(64).toString('base64') }),
    );
    let fired = 0;
    let done = 0;
    const firedWhile: number[] = [];
    const timer = setInterval(() => fired++, 1);
    onTestFinished(() => clearInterval(timer));
    await Promise.all(
      tickets.map(async (ticket) => {
        expect(await kit.answer(ticket)).toBe(INVALID);
        if (++done % 50 === 0) firedWhile.push(fired);
      }),
    );
    expect(kit.made).toHaveLength(200);
    // between any two batches of fifty digests the timer had its turn, many times
    for (const [i, count] of firedWhile.entries())
      expect(count - (firedWhile[i - 1] ?? 0)).toBeGreaterThan(10);
  });

  it('are refused beyond the queue, which the error names, and taken again later', async () => {
    const few = new OroDigests({ secret: ORO_SECRET, queue: 3 });
    onTestFinished(() => few.close());
    const kit = new Kit({ digests: few });
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => kit.principal(annas())));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    const refused = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({
      code: 'unavailable',
      message: 'more than 3 Oro tickets wait to be checked (auth.oro.queue)',
      limit: 'auth.oro.queue',
    });
    expect(await kit.answer(annas())).toBe('accepted');
  });

  it('who wait are refused when the thread is closed, and the next starts another', async () => {
    const short = new OroDigests({ secret: ORO_SECRET, queue: 10 });
    onTestFinished(() => short.close());
    const waiting = short.digest({ nonce: 'a', created: 'b', password: 'c' });
    const refused = expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await short.close();
    await refused;
    expect(await short.digest({ nonce: 'a', created: 'b', password: 'c' })).toMatch(/^[\w+/]{86}==$/);
  });

  it.each(['', 'a{b', 'a}b'])('is not built with the secret %j', (secret) => {
    expect(() => new OroDigests({ secret, queue: 1 })).toThrow('auth.oro.secret');
  });
});

describe('lookups of accounts', () => {
  function bounded(find: (name: string) => Promise<Account | undefined>, timeout = 5000) {
    const log: unknown[] = [];
    const logger = {
      ...NULL_LOGGER,
      error: (fields: unknown, event: string) => void log.push([event, fields]),
    };
    const accounts = new BoundedAccounts({ find }, { atOnce: 2, queue: 2, timeout }, logger);
    return { accounts, log };
  }

  it('run so many at one time, so many wait, and more are refused', async () => {
    const asked: string[] = [];
    const answers: ((account: undefined) => void)[] = [];
    const { accounts } = bounded((name) => {
      asked.push(name);
      return new Promise((resolve) => answers.push(resolve));
    });
    const lookups = ['a', 'b', 'c', 'd'].map((name) => accounts.find(name));
    await expect(accounts.find('e')).rejects.toMatchObject({ code: 'unavailable', limit: 'auth.oro.queue' });
    expect(asked).toEqual(['a', 'b']);
    answers[0]?.(undefined);
    await until(() => asked.length > 2);
    expect(asked).toEqual(['a', 'b', 'c']);
    for (let i = 1; i < 4; i++) {
      await until(() => answers.length > i);
      answers[i]?.(undefined);
    }
    await Promise.all(lookups);
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
    const again = accounts.find('f');
    await until(() => answers.length > 4);
    answers[4]?.(undefined);
    expect(await again).toBeUndefined();
  });

  it('that do not answer are refused, and give their place on', async () => {
    const { accounts, log } = bounded(
      (name) => (name === 'slow' ? new Promise(() => undefined) : Promise.resolve(ANNA)),
      5,
    );
    const slow = [accounts.find('slow'), accounts.find('slow')];
    const quick = accounts.find('anna');
    for (const lookup of slow) await expect(lookup).rejects.toMatchObject({ code: 'unavailable' });
    expect(await quick).toBe(ANNA);
    expect(log[0]).toEqual([
      'accounts cannot be read',
      { event: 'accounts_failed', reason: 'the accounts did not answer within 5 ms' },
    ]);
  });

  it('that fail say why in the log only', async () => {
    const { accounts, log } = bounded(() => Promise.reject(new Error('password authentication failed')));
    await expect(accounts.find('anna')).rejects.toThrow('the accounts cannot be read now');
    expect(log).toEqual([
      ['accounts cannot be read', { event: 'accounts_failed', reason: 'password authentication failed' }],
    ]);
  });
});
