import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SchemaContract } from '../../src/config/schema/contracts.js';
import { Payload } from '../../src/core/payload.js';

const word = fc.constantFrom('a', 'b', 'c');
const { schema } = fc.letrec<{ schema: object; leaf: object }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom('string', 'integer', 'boolean', 'null', 'object', 'array').map((type) => ({ type })),
    fc
      .array(fc.oneof(word, fc.integer({ max: 3 })), { minLength: 1, maxLength: 3 })
      .map((values) => ({ enum: values })),
    fc.integer({ min: 0, max: 3 }).map((minimum) => ({ minimum })),
    fc.constantFrom({ $ref: '#' }, { $ref: '#/$defs/a' }, { maxLength: 1 }, { pattern: '^a' }, {}),
  ),
  schema: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.record({
      properties: fc.dictionary(word, tie('schema'), { maxKeys: 2 }),
      required: fc.uniqueArray(word, { maxLength: 2 }),
    }),
    tie('schema').map((items) => ({ items })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
    tie('schema').map((additionalProperties) => ({ additionalProperties })),
  ),
}));

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(word, fc.integer({ min: -1, max: 4 }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('any schema', () => {
  it('refuses what ajv refuses by itself, and nothing else', () => {
    const root = fc.record({
      properties: fc.dictionary(word, schema, { maxKeys: 3 }),
      $defs: fc.record({ a: schema }),
    });
    const options = { draft: '2020-12', name: 'any', broadcasts: false } as const;
    fc.assert(
      fc.property(root, fc.array(value, { minLength: 1, maxLength: 10 }), (given, values) => {
        const contract = new SchemaContract(given, options);
        let plain: (payload: unknown) => unknown = () => false;
        try {
          plain = new Ajv2020({ strict: false }).compile(given);
        } catch {
          return;
        }
        for (const one of values) {
          let holds = false;
          try {
            holds = plain(one) === true;
          } catch {
            // A schema that is nothing but itself has no end.
          }
          expect(contract.fault(Payload.of(one)) === undefined).toBe(holds);
        }
      }),
      { numRuns: 60 },
    );
  });
});
