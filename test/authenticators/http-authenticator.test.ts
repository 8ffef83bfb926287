import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerCache } from '../../src/authenticators/answer-cache.js';
import { readVerdict } from '../../src/authenticators/http-verdict.js';
import { IdentityFault } from '../../src/authenticators/identity.js';
import {
  AnonymousAuthenticator,
  authenticatorChain,
  HttpAuthenticator,
  type HttpAuthOptions,
  KeyAuthenticator,
  Revocations,
  revocable,
} from '../../src/authenticators/index.js';
import type { AuthAttempt } from '../../src/core/authenticator.js';
import { isRouterError } from '../../src/core/errors.js';
import { flood, json, LocalServer, redirect, silence } from '../support/local-server.js';
import { until } from '../support/until.js';
import { NOW, recording } from './tokens.js';

const ORIGIN = 'https://app.example.com';

type Headers = AuthAttempt['headers'];

async function setUp(options: Partial<HttpAuthOptions> = {}) {
  const server = await LocalServer.start(json({ user: '5' }));
  const clock = { now: NOW };
  const { lines, counts, context } = recording(() => clock.now);
  const shown = { cookies: ['PHPSESSID', 'REMEMBERME'], headers: ['x-session', 'authorization'] };
  const given = { url: server.url, ...shown, timeout: 5000, cache: 10_000, ...options };
  const authenticator = new HttpAuthenticator(given, context);
  const authenticate = async (headers: Headers, credential?: AuthAttempt['credential']) =>
    authenticator.authenticate({
      remoteAddress: '192.0.2.1',
      headers,
      ...(credential !== undefined && { credential }),
    });
  /** With a session cookie, as a browser. */
  const browser = (session = 'abc') => authenticate({ origin: ORIGIN, cookie: `PHPSESSID=${session}` });
  const outcome = async (asked: Promise<unknown>) => {
    try {
      return (await asked) === undefined ? 'nobody' : 'user';
    } catch (error) {
      if (!isRouterError(error)) throw error;
      return error.code;
    }
  };
  return { server, clock, lines, counts, authenticator, authenticate, browser, outcome };
}

describe('a peer that the application is asked about', () => {
  it('is the user that it says', async () => {
    const { server, browser } = await setUp();
    server.answer = json({
      user: 5,
      roles: ['ROLE_USER'],
      organizations: [7],
      claims: { name: 'Ann' },
      channels: { subscribe: ['news/*'] },
      expires: NOW / 1000 + 60,
    });
    expect(await browser()).toEqual({
      kind: 'user',
      id: '5',
      roles: ['ROLE_USER'],
      organizations: ['7'],
      claims: { name: 'Ann' },
      grants: { subscribe: ['news/*'] },
      issued: NOW,
      expires: NOW + 60_000,
    });
  });

  it('is withdrawn with what was asked before, and is back when it is asked again', async () => {
    const { authenticator, clock, outcome } = await setUp();
    const revocations = new Revocations(10);
    const guarded = revocable(authenticator, revocations);
    const attempt = { remoteAddress: '', headers: { 'x-session': 'abc' } };
    const again = async () => outcome(Promise.resolve(guarded.authenticate(attempt)));
    expect(await again()).toBe('user');
    clock.now += 1000;
    revocations.revoke('5', clock.now);
    expect(await again()).toBe('unauthorized');
    clock.now += 10_000;
    expect(await again()).toBe('user');
  });

  it('shows it the listed cookies and headers, its address, and nothing else', async () => {
    const { server, authenticate } = await setUp();
    await authenticate({
      origin: ORIGIN,
      cookie: 'theme=dark; PHPSESSID="a=b"; phpsessid=x; XPHPSESSID=x; REMEMBERME=r; PHPSESSID=second',
      'x-session': ['1', '2'],
      'x-other': 'secret',
      'x-forwarded-for': '10.0.0.1',
      host: 'live.example.com',
    });
    const { method, headers } = server.requests[0] ?? {};
    expect({ method, headers }).toEqual({
      method: 'GET',
      headers: expect.objectContaining({
        cookie: 'PHPSESSID="a=b"; REMEMBERME=r; PHPSESSID=second',
        'x-session': '1, 2',
        'x-forwarded-for': '192.0.2.1',
        accept: 'application/json',
        host: new URL(server.url).host,
      }),
    });
    expect(JSON.stringify(headers)).not.toMatch(/dark|secret|10\.0\.0\.1|app\.example/);
  });

  it.each<[string, Headers]>([
    ['nothing', {}],
    ['other cookies', { origin: ORIGIN, cookie: 'theme=dark; PHPSESSIDX=1; PHPSESSID' }],
    ['cookies without an origin', { cookie: 'PHPSESSID=abc' }],
    ['other headers', { origin: ORIGIN, 'x-other': '1' }],
  ])('is nobody, unasked, with %s', async (_name, headers) => {
    const { server, authenticate } = await setUp({ headers: ['x-session', 'constructor', '__proto__'] });
    expect(await authenticate(headers)).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  it('is not who its cookies say when it presents something else', async () => {
    const { server, authenticate } = await setUp({ headers: [] });
    const headers = { origin: ORIGIN, cookie: 'PHPSESSID=abc; live=t', authorization: 'Bearer x' };
    for (const source of ['ticket', 'token', 'bearer', 'basic', 'login', 'renewal', 'cookie'] as const) {
      expect(await authenticate(headers, { source, secret: 't' }), source).toBeUndefined();
    }
    expect(server.requests).toEqual([]);
    expect(await authenticate(headers, { source: 'cookie', secret: 'abc' })).toMatchObject({ id: '5' });
  });

  it('may present a bearer that is no key', async () => {
    const { authenticator, server } = await setUp();
    const keys = new KeyAuthenticator(new Map([['shop', 'shop-key']]), { leaveUnknown: true });
    const chain = authenticatorChain([keys, authenticator, new AnonymousAuthenticator()]);
    const attempt = (secret: string): AuthAttempt => ({
      remoteAddress: '',
      headers: { authorization: `Bearer ${secret}` },
      credential: { source: 'bearer', secret },
    });
    expect(await chain.authenticate(attempt('shop-key'))).toMatchObject({ kind: 'backend' });
    expect(server.requests).toEqual([]);
    expect(await chain.authenticate(attempt('session'))).toMatchObject({ kind: 'user', id: '5' });
    server.answer = json({ anonymous: true });
    await expect(chain.authenticate(attempt('other'))).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it.each([
    ['204', undefined, 204, 'nobody'],
    ['anonymous', { anonymous: true }, 200, 'nobody'],
    ['401', { error: 'no' }, 401, 'unauthorized'],
    ['403', undefined, 403, 'unauthorized'],
    ['a session that is over', { user: '5', expires: NOW / 1000 }, 200, 'unauthorized'],
    ['500', { user: '5' }, 500, 'unavailable'],
    ['404', { user: '5' }, 404, 'unavailable'],
    ['201', { user: '5' }, 201, 'unavailable'],
    ['nothing', undefined, 200, 'unavailable'],
    ['a list', [{ user: '5' }], 200, 'unavailable'],
    ['no user', {}, 200, 'unavailable'],
    ['an empty user', { user: '' }, 200, 'unavailable'],
    ['user null', { user: null }, 200, 'unavailable'],
    ['a map for a user', { user: { id: 5 } }, 200, 'unavailable'],
    ['anonymous and a user', { anonymous: true, user: '5' }, 200, 'unavailable'],
    ['anonymous in a text', { anonymous: 'true' }, 200, 'unavailable'],
    ['the role backend', { user: '5', roles: ['backend'] }, 200, 'unavailable'],
    ['misspelt members', { user: '5', organisations: [] }, 200, 'unavailable'],
    ['claims in a list', { user: '5', claims: [] }, 200, 'unavailable'],
    ['channels in a list', { user: '5', channels: ['a'] }, 200, 'unavailable'],
    ['an end that is no time', { user: '5', expires: 'tomorrow' }, 200, 'unavailable'],
    ['an end after the year 9999', { user: '5', expires: 1e12 }, 200, 'unavailable'],
  ])('that answers %s', async (_name, body, status, expected) => {
    const { server, browser, outcome } = await setUp();
    server.answer =
      body === undefined ? (_request, response) => response.writeHead(status).end() : json(body, status);
    expect(await outcome(browser())).toBe(expected);
  });

  it.each([
    ['ends the connection', () => (request: { destroy(): void }) => request.destroy(), 'unavailable'],
    ['leads elsewhere', () => redirect('/login'), 'unavailable'],
    ['answers with 100 MB', () => flood({ octets: 0 }), 'unavailable'],
    ['answers too late', () => silence, 'timeout'],
  ])('that %s', async (_name, answer, expected) => {
    const { server, browser, outcome, lines } = await setUp({ timeout: 1000 });
    server.answer = answer() as typeof silence;
    expect(await Promise.all([outcome(browser()), outcome(browser('other'))])).toEqual([expected, expected]);
    expect(lines).toHaveLength(1);
    server.answer = json({ user: '5' });
    expect(await outcome(browser())).toBe('user');
    expect(lines[1]).toBe('asking the application who a peer is works again');
    expect(lines.join()).not.toMatch(/abc|PHPSESSID/);
  });

  it('is refused when nothing listens there', async () => {
    const { server, browser, outcome, counts } = await setUp();
    server.stop();
    expect(await outcome(browser())).toBe('unavailable');
    expect(counts).toEqual(['failed']);
  });

  it('may say when it ends in ISO 8601', async () => {
    const { server, browser } = await setUp();
    server.answer = json({ user: '5', expires: '2030-01-01T01:00:00+00:00' });
    expect(await browser()).toMatchObject({ expires: NOW + 3_600_000 });
  });

  it('with unreadable headers is refused', async () => {
    const { authenticate, outcome, lines } = await setUp();
    expect(await outcome(authenticate({ 'x-session': 'a\nb' }))).toBe('unauthorized');
    expect(await outcome(authenticate({ 'x-session': '\u{1f600}' }))).toBe('unauthorized');
    expect(lines).toEqual([]);
  });
});

describe('an answer of the application', () => {
  it('serves all who come with the same cookies at a time, and for a while', async () => {
    const { server, clock, browser } = await setUp();
    await Promise.all(Array.from({ length: 50 }, () => browser()));
    expect(server.requests).toHaveLength(1);
    clock.now += 9999;
    await browser();
    expect(server.requests).toHaveLength(1);
    await browser('other');
    expect(server.requests).toHaveLength(2);
    clock.now += 1;
    await browser();
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    ['somebody is nobody', { anonymous: true }, 200, 'nobody'],
    ['somebody has to go', {}, 401, 'unauthorized'],
  ])('that %s is kept for a second', async (_name, body, status, expected) => {
    const { server, clock, browser, outcome } = await setUp();
    server.answer = json(body, status);
    expect(await outcome(browser())).toBe(expected);
    server.answer = json({ user: '5' });
    clock.now += 999;
    expect(await outcome(browser())).toBe(expected);
    clock.now += 1;
    expect(await outcome(browser())).toBe('user');
  });

  it('that cannot be understood is not kept', async () => {
    const { server, browser, outcome } = await setUp();
    server.answer = json({}, 500);
    expect(await outcome(browser())).toBe('unavailable');
    server.answer = json({ user: '5' });
    expect(await outcome(browser())).toBe('user');
  });

  it('is not kept longer than the session lasts', async () => {
    const { server, clock, browser, outcome } = await setUp();
    server.answer = json({ user: '5', expires: NOW / 1000 + 2 });
    expect(await outcome(browser())).toBe('user');
    clock.now += 2000;
    expect(await outcome(browser())).toBe('unauthorized');
  });

  it('is not kept where the settings say so', async () => {
    const { server, browser } = await setUp({ cache: 0 });
    for (let i = 0; i < 3; i++) await browser();
    expect(server.requests).toHaveLength(3);
  });

  it('is waited for by 64 different peers at most', async () => {
    const { server, browser, outcome, counts } = await setUp();
    const waiting: (() => void)[] = [];
    server.answer = (_request, response) =>
      void waiting.push(() => response.setHeader('content-type', 'application/json').end('{"user":"5"}'));
    const all = Array.from({ length: 64 }, (_, i) => outcome(browser(`s${i}`)));
    await expect(browser('one more')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('64 questions'),
    });
    all.push(outcome(browser('s0')));
    await until(() => waiting.length === 64);
    for (const answer of waiting) answer();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['user']));
    server.answer = json({ user: '5' });
    expect(await outcome(browser('one more'))).toBe('user');
    expect(counts.filter((outcome) => outcome === 'busy')).toHaveLength(1);
  });

  it('is one of so many that are kept', () => {
    const cache = new AnswerCache<number>(3, () => NOW);
    for (let i = 0; i < 10; i++) cache.keep(String(i), i, NOW + 1);
    expect(cache.size).toBe(3);
    expect([cache.get('6'), cache.get('7'), cache.get('9')]).toEqual([undefined, 7, 9]);
  });

  it('of any form is understood, or is a fault', () => {
    const member = fc.constantFrom(
      'anonymous',
      'user',
      'roles',
      'organizations',
      'claims',
      'channels',
      'expires',
      'x',
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(member, fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.constantFrom(200, 204, 401, 403, 500), text, (status, body) => {
        try {
          const verdict = readVerdict({ status, text: body }, NOW);
          if (verdict.type === 'user') expect(verdict.principal.roles).not.toContain('backend');
        } catch (error) {
          expect(error).toBeInstanceOf(IdentityFault);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
