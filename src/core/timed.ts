import { isPromise, type MaybePromise } from './maybe-promise.js';
import type { Timing } from './meter.js';

/** Does what `work` does, and notes how long it takes until it is settled; what throws at once is not noted. */
export function timed<T>(timing: Timing | undefined, work: () => MaybePromise<T>): MaybePromise<T> {
  if (timing === undefined) return work();
  const began = performance.now();
  return note(timing, began, work());
}

/** Notes how long it took until `done` was settled; `began` is what `performance.now()` was. */
export function note<T>(timing: Timing, began: number, done: MaybePromise<T>): MaybePromise<T> {
  if (isPromise(done)) return done.finally(() => timing.observe(performance.now() - began));
  timing.observe(performance.now() - began);
  return done;
}
