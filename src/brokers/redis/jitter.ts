import { randomInt } from 'node:crypto';

/** The first wait is at most this long, in milliseconds, and the longest. */
const FIRST = 100;
const LONGEST = 5000;

/** Milliseconds before the attempt that follows `failed` ones: at random, so that nodes do not come back all at once. */
export function waitBefore(failed: number): number {
  return randomInt(Math.min(LONGEST, FIRST * 2 ** Math.min(failed, 10)));
}
