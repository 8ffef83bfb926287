import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type JsonSchema, rewriteSchema } from '../../core/json-schema.js';
import { FORMATS } from './formats.js';
import { type Draft, isKeyword } from './schema-keywords.js';

const AJV = { '07': Ajv, '2020-12': Ajv2020 } as const satisfies Record<Draft, unknown>;

const OPTIONS: Options = {
  strict: false,
  validateSchema: false,
  logger: false,
  // What every object inherits is not in the payload.
  ownProperties: true,
};

/** A keyword of ours beside each reference: the way back into a schema that contains itself leads over one. */
const STEP = 'x-signalbox-step';
const FREE_STEPS = 10_000;
const STEPS_PER_OCTET = 2;

/** What is wrong with a value, most of it told first; an empty list where nothing is. */
export type SchemaCheck = (value: unknown, octets: number) => readonly ErrorObject[];

/**
 * Makes a check of a schema that refers to nothing outside. It throws for a value that takes more steps than its size
 * allows: a schema that contains itself twice in alternatives would double them with each level.
 */
export function compileSchema(
  schema: JsonSchema,
  draft: Draft,
  { all }: { readonly all: boolean },
): SchemaCheck {
  let left = 0;
  const ajv = new AJV[draft]({ ...OPTIONS, allErrors: all, formats: FORMATS });
  ajv.addKeyword({
    keyword: STEP,
    before: '$ref',
    schema: false,
    validate: () => {
      if (left-- > 0) return true;
      throw new RangeError('it takes too many steps');
    },
  });
  const validate: ValidateFunction = ajv.compile(runnable(schema, draft));
  return (value, octets) => {
    left = FREE_STEPS + STEPS_PER_OCTET * octets;
    return validate(value) === true ? [] : (validate.errors ?? []);
  };
}

/** What is wrong with a schema itself. */
export function faultsOfSchema(schema: unknown, draft: Draft): readonly ErrorObject[] {
  const ajv = new AJV[draft]({ logger: false, allErrors: true });
  return ajv.validateSchema(schema as JsonSchema) === true ? [] : (ajv.errors ?? []);
}

/** The keywords that mean something in the draft, and a step beside each reference. */
function runnable(schema: JsonSchema, draft: Draft): JsonSchema {
  return rewriteSchema(schema, (keyword, value) => {
    if (keyword === '$id' || keyword === '$schema' || !isKeyword(keyword, draft)) return [];
    if (keyword === 'format' && !Object.hasOwn(FORMATS, String(value))) return [];
    return keyword === '$ref'
      ? [
          [keyword, value],
          [STEP, true],
        ]
      : [[keyword, value]];
  });
}
