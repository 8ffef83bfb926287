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
    isObject(value) &&
    Object.entries(matcher).every(([key, item]) => has(value, key) && matches(value[key], item))
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

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

/** Of a plain object its own members, of an instance those of its class, too. */
function has(value: Members, key: string): boolean {
  return isMap(value) ? Object.hasOwn(value, key) : key in value;
}

/** A plain object. */
export function isMap(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
