import type { ErrorObject } from 'ajv';
import type { JsonSchema } from '../../core/json-schema.js';
import { isRecord } from '../../core/json-schema.js';
import type { Payload } from '../../core/payload.js';
import type { PayloadContract, PayloadForm } from '../../core/payload-contract.js';
import { compileSchema, type SchemaCheck } from './compile-schema.js';
import type { Draft } from './schema-keywords.js';

const MOST_FAULTS = 3;
const LONGEST_POINTER = 128;
const LONGEST_REASON = 200;
/** Octets of a payload that is looked through for more than one fault: the rest of a large one could take long. */
const SMALL = 4096;

const TITLES: Readonly<Record<PayloadForm, string>> = { json: 'JSON', text: 'a text', binary: 'octets' };

/** A contract by the form of payloads alone. */
export class FormContract implements PayloadContract {
  readonly form: PayloadForm;
  readonly title: string;
  readonly schema = undefined;
  readonly broadcasts = false;

  constructor(form: PayloadForm) {
    this.form = form;
    this.title = TITLES[form];
  }

  fault(payload: Payload): string | undefined {
    const found = formOf(payload);
    if (found === this.form) return undefined;
    // In protocols of values a text is a string.
    if (this.form === 'text' && found === 'json' && typeof payload.jsonValue === 'string') return undefined;
    return `it is ${TITLES[found]}, not ${this.title}`;
  }
}

/** A contract by a schema. A text is checked as the string that it is to protocols of values. */
export class SchemaContract implements PayloadContract {
  readonly form = 'json';
  readonly title: string;
  readonly schema: JsonSchema;
  readonly broadcasts: boolean;
  /** That of JSON Schema. */
  readonly draft: Draft;
  readonly #first: SchemaCheck;
  #all: SchemaCheck | undefined;

  /** Throws for a schema that is none. */
  constructor(
    schema: JsonSchema,
    { draft, name, broadcasts }: { draft: Draft; name: string; broadcasts: boolean },
  ) {
    this.schema = schema;
    this.broadcasts = broadcasts;
    this.title = titleOf(schema) ?? name;
    this.draft = draft;
    this.#first = compileSchema(schema, draft, { all: false });
  }

  fault(payload: Payload): string | undefined {
    if (formOf(payload) === 'binary') return 'it is octets, not JSON';
    try {
      const { jsonValue: value, size } = payload;
      const first = this.#first(value, size);
      if (first.length === 0) return undefined;
      const text = inWords(size <= SMALL ? this.#checkAll(value, size) : first);
      return payload.isText ? `${text} (it came as a text: JSON has content type application/json)` : text;
    } catch {
      // Too deep for the stack, too many steps, or an object that has a property in place of a method it is asked for.
      return 'it cannot be checked in reasonable time';
    }
  }

  /** Made with the first fault: most schemas are never in want of it. */
  #checkAll(value: unknown, size: number): readonly ErrorObject[] {
    this.#all ??= compileSchema(this.schema, this.draft, { all: true });
    return this.#all(value, size);
  }
}

function formOf(payload: Payload): PayloadForm {
  if (payload.isText) return 'text';
  return payload.isJson ? 'json' : 'binary';
}

function titleOf(schema: JsonSchema): string | undefined {
  const title = isRecord(schema) ? schema['title'] : undefined;
  return typeof title === 'string' && title !== '' ? title.slice(0, LONGEST_REASON) : undefined;
}

function inWords(errors: readonly ErrorObject[]): string {
  const texts = new Set(errors.map(say));
  return [...texts].slice(0, MOST_FAULTS).join('; ');
}

function say({ instancePath, message = 'is not as it has to be', params, keyword }: ErrorObject): string {
  const where = instancePath === '' ? 'it' : cut(instancePath, LONGEST_POINTER);
  return cut(`${where} ${message}${detail(keyword, params)}`, LONGEST_POINTER + LONGEST_REASON);
}

/** What the message does not say: which of the names or values is meant. */
function detail(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const name = params['additionalProperty'] ?? params['unevaluatedProperty'];
  if (typeof name === 'string') return `: ${cut(JSON.stringify(name), LONGEST_POINTER)}`;
  if (keyword === 'enum') return `: ${cut(JSON.stringify(params['allowedValues']), LONGEST_REASON)}`;
  return keyword === 'const' ? `: ${cut(JSON.stringify(params['allowedValue']), LONGEST_REASON)}` : '';
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
