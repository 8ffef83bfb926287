import { describe, expect, it } from 'vitest';
import { OfferedLogins } from '../../src/authenticators/index.js';
import { RouterError } from '../../src/core/errors.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import type { Login, Logins } from '../../src/core/logins.js';

const JOE: Login = { id: '5', secret: 'a secret' };

function offered(find: Logins['find'], more: Partial<Logins> = {}) {
  const lines: unknown[] = [];
  const logger = { ...NULL_LOGGER, error: (...line: unknown[]) => void lines.push(line) };
  const logins = new OfferedLogins({ find, ...more }, logger as typeof NULL_LOGGER, { longest: 10 });
  return { logins, lines };
}

describe('logins of an application', () => {
  it('are found by name, and by key where the application can', async () => {
    const { logins } = offered((name) => (name === 'joe' ? JOE : undefined));
    expect(await logins.find('joe')).toBe(JOE);
    expect(await logins.find('nobody')).toBeUndefined();
    expect(await logins.findByKey('00')).toBeUndefined();
    const { logins: keyed } = offered(() => undefined, {
      findByKey: async (key) => (key === '00' ? JOE : undefined),
    });
    expect(await keyed.findByKey('00')).toBe(JOE);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('password of the database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('password of the database'))],
    ['is silent', () => new Promise<never>(() => undefined)],
    ['gives a login without id', () => ({ secret: 'a secret' }) as unknown as Login],
    ['gives a login with an empty id', () => ({ id: '' })],
    ['gives roles that are no list', () => ({ id: '5', roles: 'admin' }) as unknown as Login],
  ])('are unavailable where it %s, and the log says why', async (_what, find: Logins['find']) => {
    const { logins, lines } = offered(find);
    const failure = await Promise.resolve(logins.find('joe')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unavailable', message: 'the logins cannot be read now' });
    expect(lines).toHaveLength(1);
  });

  it('may say themselves that they are unavailable', async () => {
    const own = new RouterError('unavailable', 'the database is being upgraded');
    const { logins } = offered(() => Promise.reject(own));
    await expect(logins.find('joe')).rejects.toBe(own);
  });

  it('are looked up 64 at a time, and a lookup that hangs gives its place back', async () => {
    const { logins } = offered(() => new Promise<never>(() => undefined));
    const hanging = Array.from({ length: 64 }, () => logins.find('joe').catch(() => 'late'));
    await expect(logins.find('joe')).rejects.toThrow('64 logins are being looked up already');
    await Promise.all(hanging);
    await expect(logins.find('joe')).rejects.toThrow('cannot be read now');
  });
});
