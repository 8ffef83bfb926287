import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';

const PATIENCE = { timeout: 10_000, interval: 5 };

/** Waits until something is true; fails after ten seconds. */
export function until(holds: () => unknown): Promise<unknown> {
  return vi.waitUntil(holds, PATIENCE);
}

/**
 * Gives what must not happen the time to happen. On a machine that is too busy such a test sees less, but it does not fail: there is
 * nothing that could be waited for.
 */
export function quiet(milliseconds = 20): Promise<void> {
  return sleep(milliseconds);
}

/** Waits until an assertion passes; fails with its error after ten seconds. */
export function eventually(assertion: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertion, PATIENCE);
}
