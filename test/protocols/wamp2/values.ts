import fc from 'fast-check';
import type { Arguments } from '../../../src/core/arguments.js';

const octets = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

/** Text as peers write it; what begins with NUL would be octets in JSON. */
const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !value.startsWith('\0'));

const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.constantFrom(0, 23, 24, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53),
  fc.constantFrom(
    -1,
    -24,
    -25,
    -32,
    -33,
    -128,
    -129,
    -32_768,
    -32_769,
    -(2 ** 31),
    -(2 ** 31) - 1,
    -(2 ** 53),
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', ''));

/** Every kind of value that all serializers have: octets at any depth, but no big integers. */
export const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    octets,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

/** Arguments by position, and by name where there are any. */
export const givenArguments: fc.Arbitrary<Arguments> = fc.record({
  list: fc.array(value, { maxLength: 4 }),
  map: fc.option(fc.dictionary(key, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true }), {
    nil: undefined,
  }),
});
