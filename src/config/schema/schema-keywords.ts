import { SUBSCHEMA_KEYWORDS } from '../../core/json-schema.js';

/** Drafts of JSON Schema, by what `$schema` says without its end. */
export const DRAFTS = {
  'https://json-schema.org/draft/2020-12/schema': '2020-12',
  'http://json-schema.org/draft-07/schema': '07',
} as const;

export type Draft = (typeof DRAFTS)[keyof typeof DRAFTS];

/** Keywords whose values hold no schemas. */
const PLAIN = [
  '$comment',
  '$id',
  '$ref',
  '$schema',
  'const',
  'contentEncoding',
  'contentMediaType',
  'default',
  'dependentRequired',
  'deprecated',
  'description',
  'enum',
  'examples',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'maxContains',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minContains',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'pattern',
  'readOnly',
  'required',
  'title',
  'type',
  'uniqueItems',
  'writeOnly',
];

/** Keywords of one draft alone. */
const ONLY_IN: Readonly<Record<string, Draft>> = {
  additionalItems: '07',
  contentSchema: '2020-12',
  dependentRequired: '2020-12',
  dependentSchemas: '2020-12',
  maxContains: '2020-12',
  minContains: '2020-12',
  prefixItems: '2020-12',
  unevaluatedItems: '2020-12',
  unevaluatedProperties: '2020-12',
};

const ALL = new Set([...PLAIN, ...SUBSCHEMA_KEYWORDS]);

/** What a schema may say; it may say more under names that begin with `x-`, which mean nothing here. */
export function keywords(draft: Draft): string[] {
  return [...ALL].filter((keyword) => isKeyword(keyword, draft));
}

export function isKeyword(keyword: string, draft: Draft): boolean {
  return ALL.has(keyword) && (ONLY_IN[keyword] ?? draft) === draft;
}

/** Names of places that move with what includes them: here a place is named by its path. */
export function isUnsupported(keyword: string): boolean {
  return UNSUPPORTED.has(keyword);
}

const UNSUPPORTED = new Set([
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveAnchor',
  '$recursiveRef',
  '$vocabulary',
]);
