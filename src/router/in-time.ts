import { RouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { within } from '../core/within.js';

/** A handler's answer; `timeout` if it takes longer than `milliseconds`. */
export function inTime<T>(answer: MaybePromise<T>, milliseconds: number): MaybePromise<T> {
  if (!isPromise(answer)) return answer;
  const late = () =>
    new RouterError('timeout', `the handler took longer than limits.handler_timeout of ${milliseconds} ms`);
  return within(milliseconds, answer, late);
}
