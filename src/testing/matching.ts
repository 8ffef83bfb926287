import { inspect, isDeepStrictEqual } from 'node:util';

/**
 * What something received is compared with: a function that says so, a regular expression for a text, a matcher of a test
 * runner, or a value. Of a map each member given has to match, and it may have others; lists match item by item.
 */
export type Matcher = unknown;

export function matches(value: unknown, matcher: Matcher): boolean {
  if (typeof matcher === 'function') return (matcher as (value: unknown) => unknown)(value) === true;
  if (matcher instanceof RegExp) return typeof value === 'string' && matcher.test(value);
  if (isAsymmetric(matcher)) return matcher.asymmetricMatch(value);
  if (Array.isArray(matcher)) {
    return (
      Array.isArray(value) &&
      value.length === matcher.length &&
      matcher.every((item, i) => matches(value[i], item))
    );
  }
  if (!isMap(matcher)) return isDeepStrictEqual(value, matcher);
  return (
    isMap(value) &&
    Object.entries(matcher).every(([key, item]) => Object.hasOwn(value, key) && matches(value[key], item))
  );
}

/** A value, shortened, for the message of an error. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'the function';
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 });
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

/** As `expect.objectContaining` of Vitest and Jest. */
function isAsymmetric(value: unknown): value is { asymmetricMatch(other: unknown): boolean } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { asymmetricMatch?: unknown }).asymmetricMatch === 'function'
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
