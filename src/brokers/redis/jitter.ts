import { randomInt } from 'node:crypto';

/** The first wait is at most this long, in milliseconds, and the longest. */
const FIRST = 100;
const LONGEST = 5000;

/** Milliseconds before the attempt that follows `failed` ones: at random, so that nodes do not come back all at once. */
export function waitBefore(failed: number): number {
  return randomInt(Math.min(LONGEST, FIRST * 2 ** Math.min(failed, 10)));
}

/** Tries until it succeeds, or for so many milliseconds; throws what the last attempt threw. */
export async function tryFor<T>(milliseconds: number, attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + milliseconds;
  for (let failed = 0; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      const wait = waitBefore(failed);
      if (performance.now() + wait > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
