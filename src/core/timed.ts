import { isPromise, type MaybePromise } from './maybe-promise.js';
import type { Timing } from './meter.js';

/** Does what `work` does, and notes how long it takes until it is settled; what throws at once is not noted. */
export function timed<T>(timing: Timing | undefined, work: () => MaybePromise<T>): MaybePromise<T> {
  if (timing === undefined) return work();
  const began = performance.now();
  const done = work();
  if (isPromise(done)) return done.finally(() => timing.observe(performance.now() - began));
  timing.observe(performance.now() - began);
  return done;
}
