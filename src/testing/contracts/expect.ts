import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { isMap, matches, shown } from '../matching.js';

/** What a contract says of a value. Each throws an `AssertionError` where it is not so. */
interface Expectation {
  toBe(expected: unknown): void;
  /** Members that are undefined count as left out. */
  toEqual(expected: unknown): void;
  /** Members that are not named do not count. */
  toMatchObject(expected: unknown): void;
  toBeUndefined(): void;
  toHaveLength(length: number): void;
  readonly rejects: { toMatchObject(expected: unknown): Promise<void> };
}

/** The few words of a test runner that contracts need, so that they need no test runner. */
export function expect(actual: unknown): Expectation {
  const check = (holds: boolean, is: string, expected: unknown) => {
    if (holds) return;
    const message = `${shown(actual)} ${is} ${shown(expected)}`;
    throw new AssertionError({ message, actual, expected, operator: 'contract' });
  };
  return {
    toBe: (expected) => check(Object.is(actual, expected), 'is not', expected),
    toEqual: (expected) =>
      check(isDeepStrictEqual(compact(actual), compact(expected)), 'is not equal to', expected),
    toMatchObject: (expected) => check(matches(actual, compact(expected)), 'does not match', expected),
    toBeUndefined: () => check(actual === undefined, 'is not', undefined),
    toHaveLength: (length) =>
      check((actual as { length?: unknown } | undefined)?.length === length, 'has not the length', length),
    rejects: {
      async toMatchObject(expected) {
        const error = await (actual as Promise<unknown>).then(
          () => check(false, 'is not rejected with', expected),
          (reason: unknown) => reason,
        );
        expect({ ...(error as object), message: (error as Error).message }).toMatchObject(expected);
      },
    },
  };
}

/** Without members that are undefined. */
function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  if (!isMap(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, compact(member)]));
}
