import { vi } from 'vitest';

const PATIENCE = { timeout: 10_000, interval: 5 };

/** Waits until something is true; fails after ten seconds. */
export function until(holds: () => unknown): Promise<unknown> {
  return vi.waitUntil(holds, PATIENCE);
}

/** Waits until an assertion passes; fails with its error after ten seconds. */
export function eventually(assertion: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertion, PATIENCE);
}
