/** A value now or later: ports use it so that synchronous implementations cost no promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value has to be awaited. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}
