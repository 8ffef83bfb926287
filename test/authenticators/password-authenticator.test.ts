import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  authenticationGuard,
  authenticatorChain,
  PasswordAuthenticator,
  scramVerifier,
} from '../../src/authenticators/index.js';
import type { AuthAttempt, Authenticator } from '../../src/core/authenticator.js';
import { isRouterError } from '../../src/core/errors.js';
import type { Logins } from '../../src/core/logins.js';
import { NOBODY, presenting } from './attempts.js';
import { configured, DECOYS } from './logins.js';

const SALT = Buffer.from('0123456789abcdef');
const DERIVED = pbkdf2Sync('password of ann', 'salt123', 1000, 32, 'sha256').toString('base64');
const scram = scramVerifier('pass\u00a0word of carol', { salt: SALT, iterations: 4096 });

const logins = configured({
  system: { secret: 'manager', roles: ['admins'], organizations: ['7'] },
  joe: { secret: 'secret of joe', ticket: 'ticket of joe' },
  ann: { derivedKey: DERIVED, salting: { salt: 'salt123', iterations: 1000, keylen: 32 } },
  carol: { scram },
  argon: { scram: { ...scram, kdf: 'argon2id13', memory: 65_536 } },
  both: { ticket: 'ticket of both', scram },
  keyed: { keys: ['00'.repeat(32)] },
  shop: { secret: 'secret of shop', kind: 'backend' },
});
const passwords = new PasswordAuthenticator({ logins, decoys: DECOYS });
const chain = authenticatorChain([passwords]);
const UNKNOWN = 'unauthorized: the name or what came with it is not known';

async function outcome(attempt: AuthAttempt, authenticator: Authenticator = chain): Promise<string> {
  try {
    const principal = await authenticator.authenticate(attempt);
    return principal === undefined ? 'nobody' : `${principal.kind} ${principal.id}`;
  } catch (error) {
    if (isRouterError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe.each(['login', 'basic'] as const)('who logs in with a name and a password (%s)', (source) => {
  it.each([
    ['system', 'manager', 'user system'],
    ['joe', 'secret of joe', 'user joe'],
    ['joe', 'ticket of joe', 'user joe'],
    ['ann', 'password of ann', 'user ann'],
    ['carol', 'pass word of carol', 'user carol'],
    ['carol', 'pass\u00a0word of carol', 'user carol'],
    ['both', 'ticket of both', 'user both'],
    ['both', 'pass word of carol', 'user both'],
    ['shop', 'secret of shop', 'backend shop'],
  ])('is %s with "%s"', async (name, password, principal) => {
    expect(await outcome(presenting(source, password, name))).toBe(principal);
  });

  it.each([
    ['system', 'manager '],
    ['system', 'Manager'],
    ['system', ''],
    ['system', 'secret of joe'],
    ['joe', 'manager'],
    ['ann', DERIVED],
    ['ann', 'password of anna'],
    ['carol', scram.storedKey],
    ['carol', 'pass word of caro'],
    ['argon', 'pass word of carol'],
    ['keyed', '00'.repeat(32)],
    ['keyed', ''],
    ['nobody', 'manager'],
    ['__proto__', 'manager'],
    ['', 'manager'],
    ['x'.repeat(256), 'manager'],
  ])('is nobody as "%s" with "%s", and hears the same', async (name, password) => {
    expect(await outcome(presenting(source, password, name))).toBe(UNKNOWN);
  });
});

describe('the password of a login', () => {
  it('says what to check when it is wrong, and nothing of what was sent', async () => {
    const wrong = async () => chain.authenticate(presenting('login', 'guessed', 'system'));
    await expect(wrong()).rejects.toMatchObject({ hint: expect.stringContaining('auth.logins') });
    await expect(wrong()).rejects.not.toThrow(/guessed|system/);
  });

  it('gives roles and organisations', async () => {
    expect(await passwords.authenticate(presenting('login', 'manager', 'system'))).toMatchObject({
      roles: ['admins'],
      organizations: ['7'],
    });
  });

  it('is nothing without a name, and no name is anything without it', () => {
    expect(passwords.authenticate(presenting('login', 'manager'))).toBeUndefined();
    expect(passwords.authenticate(presenting('bearer', 'manager', 'system'))).toBeUndefined();
    expect(passwords.authenticate(NOBODY)).toBeUndefined();
  });

  it('costs an unknown name the work that a known one would', () => {
    const derived = (name: string, known: Logins) => {
      const authenticator = new PasswordAuthenticator({ logins: known, decoys: DECOYS });
      return authenticator.authenticate(presenting('login', 'x', name)) instanceof Promise;
    };
    const slow = configured({ carol: { scram } });
    expect([derived('carol', slow), derived('nobody', slow), derived('keyed', slow)]).toEqual([
      true,
      true,
      true,
    ]);
    const fast = configured({ system: { secret: 'manager' } });
    expect([derived('system', fast), derived('nobody', fast)]).toEqual([false, false]);
  });

  it('is looked up in logins of the application, which may show no examples', async () => {
    const own: Logins = { find: async (name) => (name === 'dora' ? { id: '9', scram } : undefined) };
    const authenticator = authenticatorChain([new PasswordAuthenticator({ logins: own, decoys: DECOYS })]);
    expect(await outcome(presenting('login', 'pass word of carol', 'dora'), authenticator)).toBe('user 9');
    expect(await outcome(presenting('login', 'x', 'nobody'), authenticator)).toBe(UNKNOWN);
  });

  it('cannot be guessed without end', async () => {
    const guard = authenticationGuard({
      failedLogins: { rate: 0.001, burst: 5 },
      authTimeout: 1000,
      clock: () => 0,
    });
    const guarded = guard.authenticator(chain);
    for (let i = 0; i < 5; i++) {
      expect(await outcome(presenting('login', `guess ${i}`, 'system'), guarded)).toBe(UNKNOWN);
    }
    expect(await outcome(presenting('login', 'manager', 'system'), guarded)).toMatch(/^limit_exceeded/);
    expect(await outcome(presenting('basic', 'manager', 'system'), guarded)).toMatch(/^limit_exceeded/);
  });

  it('is checked for so many peers at a time, and others are told to come back', async () => {
    const attempts = Array.from({ length: 70 }, () => outcome(presenting('login', 'x', 'carol')));
    const heard = await Promise.all(attempts);
    expect(heard.filter((each) => each === UNKNOWN)).toHaveLength(64);
    expect(heard.filter((each) => each.startsWith('unavailable'))).toHaveLength(6);
    expect(await outcome(presenting('login', 'pass word of carol', 'carol'))).toBe('user carol');
  });
});
