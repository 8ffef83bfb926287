import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  AnonymousAuthenticator,
  authenticationGuard,
  authenticatorChain,
  KeyAuthenticator,
} from '../../src/authenticators/index.js';
import type { AuthAttempt, Authenticator } from '../../src/core/authenticator.js';
import { isRouterError, RouterError } from '../../src/core/errors.js';
import { ANONYMOUS } from '../../src/core/session.js';
import { testBackend } from '../../src/testing.js';
import { NOBODY, presenting } from './attempts.js';

const KEY = 'shop-key';
const TWO_AT_ONCE = { rate: 10 / 60, burst: 2 };
const keys = new KeyAuthenticator(new Map([['shop', KEY]]));
const strangersToo = authenticatorChain([keys, new AnonymousAuthenticator()]);

/** The same, as an authenticator that has to ask somewhere. */
const slow: Authenticator = {
  method: 'slow',
  async authenticate(attempt) {
    await sleep(5);
    return keys.authenticate(attempt);
  },
};

function guarded(inner: Authenticator, { failedLogins = TWO_AT_ONCE, authTimeout = 1000 } = {}) {
  const clock = { now: 0 };
  const guard = authenticationGuard({ failedLogins, authTimeout, clock: () => clock.now });
  const from = (remoteAddress: string, secret: string) => ({
    ...presenting('bearer', secret),
    remoteAddress,
  });
  return { clock, guard, authenticator: guard.authenticator(inner), from };
}

async function outcome(authenticator: Authenticator, attempt: AuthAttempt): Promise<string | undefined> {
  try {
    return (await authenticator.authenticate(attempt))?.kind;
  } catch (error) {
    return isRouterError(error) ? (error.limit ?? error.code) : 'not a refusal';
  }
}

describe.each([
  ['at once', strangersToo],
  ['later', slow],
])('where the answer comes %s', (_when, inner) => {
  it('an address that presents too much that is wrong is not listened to, right or wrong', async () => {
    const { authenticator, clock, from } = guarded(inner);
    const bad = from('192.0.2.1', 'wrong');
    expect(await outcome(authenticator, bad)).toBe('unauthorized');
    expect(await outcome(authenticator, bad)).toBe('unauthorized');
    expect(await outcome(authenticator, bad)).toBe('limits.failed_logins');
    expect(await outcome(authenticator, from('192.0.2.1', KEY))).toBe('limits.failed_logins');
    expect(await outcome(authenticator, from('192.0.2.2', KEY))).toBe('backend');
    clock.now += 6000;
    expect(await outcome(authenticator, from('192.0.2.1', KEY))).toBe('backend');
    expect(await outcome(authenticator, bad)).toBe('unauthorized');
    expect(await outcome(authenticator, bad)).toBe('limits.failed_logins');
  });

  it('who succeeds pays nothing', async () => {
    const { authenticator, from } = guarded(inner);
    for (let i = 0; i < 20; i++) expect(await outcome(authenticator, from('192.0.2.1', KEY))).toBe('backend');
  });
});

describe('the guard of authenticators', () => {
  it('does not look at the credential of an address that is throttled', async () => {
    let asked = 0;
    const counting: Authenticator = {
      method: 'counting',
      authenticate() {
        asked++;
        throw new RouterError('unauthorized', 'wrong');
      },
    };
    const { authenticator, from } = guarded(counting);
    for (let i = 0; i < 10; i++) await outcome(authenticator, from('192.0.2.1', 'x'));
    expect(asked).toBe(2);
  });

  it('lets who presents nothing in, however much was wrong before', async () => {
    const { authenticator } = guarded(strangersToo);
    for (let i = 0; i < 5; i++) await outcome(authenticator, presenting('bearer', 'wrong'));
    expect(await authenticator.authenticate(NOBODY)).toBe(ANONYMOUS);
  });

  it('counts the failures of everything that it guards together', async () => {
    const { guard, authenticator, from } = guarded(strangersToo);
    const other = guard.authenticator(authenticatorChain([keys]));
    await outcome(authenticator, from('192.0.2.1', 'wrong'));
    await outcome(other, from('192.0.2.1', 'wrong'));
    expect(await outcome(authenticator, from('192.0.2.1', KEY))).toBe('limits.failed_logins');
    expect(await outcome(other, from('192.0.2.1', KEY))).toBe('limits.failed_logins');
  });

  it('counts the addresses of an IPv6 /64 together', async () => {
    const { authenticator, from } = guarded(strangersToo);
    await outcome(authenticator, from('2001:db8::1', 'wrong'));
    await outcome(authenticator, from('2001:db8::2', 'wrong'));
    expect(await outcome(authenticator, from('2001:db8::3', KEY))).toBe('limits.failed_logins');
    expect(await outcome(authenticator, from('2001:db8:0:1::3', KEY))).toBe('backend');
  });

  it('lets attempts at the same time be paid for after', async () => {
    const { authenticator, clock, from } = guarded(slow);
    const bad = from('192.0.2.1', 'wrong');
    await Promise.all(Array.from({ length: 12 }, () => outcome(authenticator, bad)));
    clock.now += 60_000;
    expect(await outcome(authenticator, bad)).toBe('limits.failed_logins');
    clock.now += 6000;
    expect(await outcome(authenticator, bad)).toBe('unauthorized');
  });

  it('counts nothing that is no wrong credential', async () => {
    const down: Authenticator = {
      method: 'down',
      authenticate: () => Promise.reject(new RouterError('unavailable', 'the application does not answer')),
    };
    const { authenticator, from } = guarded(down);
    for (let i = 0; i < 10; i++)
      expect(await outcome(authenticator, from('192.0.2.1', 'x'))).toBe('unavailable');
  });

  it('names the limit and the time to wait, and no credential', async () => {
    const { authenticator, from } = guarded(strangersToo);
    for (let i = 0; i < 2; i++) await outcome(authenticator, from('192.0.2.1', 'wrong'));
    expect(() => authenticator.authenticate(from('192.0.2.1', 'wrong'))).toThrow(
      expect.objectContaining({
        code: 'limit_exceeded',
        message: 'limits.failed_logins of 10/m is reached for this address',
        hint: 'try again in 6 seconds',
      }),
    );
  });

  it('gives up on an authenticator that does not answer', async () => {
    const silent: Authenticator = { method: 'silent', authenticate: () => new Promise(() => undefined) };
    const { authenticator, from } = guarded(silent, { authTimeout: 20 });
    await expect(authenticator.authenticate(from('192.0.2.1', 'x'))).rejects.toMatchObject({
      code: 'timeout',
      limit: 'limits.auth_timeout',
      message: expect.stringContaining('limits.auth_timeout of 20 ms'),
    });
    await expect(authenticator.authenticate(NOBODY)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('throttles nobody where there is no limit', async () => {
    const guard = authenticationGuard({ failedLogins: undefined, authTimeout: 1000 });
    const authenticator = guard.authenticator({
      method: 'test',
      authenticate({ credential }) {
        if (credential?.secret === KEY) return testBackend();
        throw new RouterError('unauthorized', 'wrong');
      },
    });
    for (let i = 0; i < 100; i++) await outcome(authenticator, presenting('bearer', 'wrong'));
    expect(await outcome(authenticator, presenting('bearer', KEY))).toBe('backend');
  });
});
