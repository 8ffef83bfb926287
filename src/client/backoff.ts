/** Bounds of the pause before a retry, in milliseconds. */
export interface Backoff {
  /** The longest pause before the first retry; doubled for each one after it. */
  readonly minRetryDelay: number;
  /** No pause is longer. */
  readonly maxRetryDelay: number;
}

/**
 * A pause between nothing and a ceiling that doubles with each retry, so that a crowd does not come back at once. The ceiling
 * is not below `spread`, in milliseconds.
 */
export function retryDelay(retries: number, bounds: Backoff, random: () => number, spread = 0): number {
  const ceiling = Math.min(bounds.maxRetryDelay, Math.max(spread, bounds.minRetryDelay * 2 ** retries));
  return Math.round(random() * ceiling);
}
