import { describe, expect, it } from 'vitest';
import { Revocations, revocable } from '../../src/authenticators/index.js';
import { testBackend, testUser } from '../../src/testing.js';
import { NOBODY } from './attempts.js';

const NOW = 1_800_000_000_000;
const user = (id: string, issued: number) => testUser(id, { issued });

describe('a withdrawal', () => {
  const revocations = new Revocations(10);
  revocations.revoke('5', NOW);

  it.each([
    ['what was made before', user('5', NOW - 1), true],
    ['what was made in that moment', user('5', NOW), true],
    ['what was made after it', user('5', NOW + 1000), false],
    ['what is of unknown age', testUser('5'), true],
    ['what is somebody else’s', user('6', NOW - 1), false],
    ['a key of that name', testBackend('5'), false],
  ])('covers %s: %j is %s', (_what, principal, covered) => {
    expect(revocations.covers(principal)).toBe(covered);
  });

  it('for everybody covers every user, and no key, up to the latest of its moments', () => {
    const all = new Revocations(10);
    all.revoke(undefined, NOW);
    all.revoke(undefined, NOW - 5000);
    const covered = [user('5', NOW), user('6', NOW - 1), user('5', NOW + 1), testBackend('5')];
    expect(covered.map((principal) => all.covers(principal))).toEqual([true, true, false, false]);
  });

  it('of an earlier moment takes nothing back from a later one', () => {
    const later = new Revocations(10);
    later.revoke('5', NOW);
    later.revoke('5', NOW - 5000);
    expect(later.covers(user('5', NOW))).toBe(true);
  });

  it('of as many users as are remembered counts for nobody else', () => {
    const few = new Revocations(2);
    few.revoke('5', NOW);
    few.revoke('6', NOW + 1000);
    expect(few.covers(user('7', NOW))).toBe(false);
    few.revoke('5', NOW + 2000);
    expect(few.covers(user('7', NOW))).toBe(false);
    few.revoke('8', NOW + 3000);
    expect([NOW, NOW + 1000, NOW + 1001].map((time) => few.covers(user('7', time)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(few.covers(user('5', NOW + 2000))).toBe(true);
  });

  it('is forgotten for one user at a time, the one whose withdrawal is the oldest', () => {
    const few = new Revocations(2);
    for (let n = 1; n <= 4; n++) few.revoke(`u${n}`, NOW + n * 1000);
    expect(few.covers(user('new', NOW + 2000))).toBe(true);
    expect(few.covers(user('new', NOW + 2001))).toBe(false);
    expect([3, 4].map((n) => few.covers(user(`u${n}`, NOW + n * 1000)))).toEqual([true, true]);
  });

  it('is never forgotten in anybody’s favour, however many there are', () => {
    const few = new Revocations(3);
    for (let i = 0; i < 10; i++) few.revoke(`u${i}`, NOW + i * 1000);
    for (let i = 0; i < 10; i++) expect(few.covers(user(`u${i}`, NOW + i * 1000))).toBe(true);
    expect(few.covers(user('new', NOW + 20_000))).toBe(false);
    expect(few.covers(user('u9', NOW + 20_000))).toBe(false);
  });

  it('refuses a credential that another authenticator has found to be sound', async () => {
    const answers = [user('5', NOW - 1), user('6', NOW - 1), undefined];
    const soon = revocable({ method: 'x', authenticate: () => answers[0] }, revocations);
    const refused = expect.objectContaining({
      code: 'unauthorized',
      message: 'the credential was withdrawn',
    });
    expect(() => soon.authenticate(NOBODY)).toThrow(refused);
    const late = revocable({ method: 'x', authenticate: async () => answers.shift() }, revocations);
    await expect(late.authenticate(NOBODY)).rejects.toEqual(refused);
    expect(await late.authenticate(NOBODY)).toMatchObject({ id: '6' });
    expect(await late.authenticate(NOBODY)).toBeUndefined();
  });
});
