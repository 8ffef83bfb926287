/** A JSON Schema as data, of draft 2020-12 or draft-07. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/**
 * Where in the value of a keyword there are schemas: it is one, a list or a map of them, one or a list, or a map in which
 * a list of names may stand for one. Every other keyword has data alone.
 */
export type SubschemaKind = 'one' | 'list' | 'one or list' | 'map' | 'map or names';

const BY_KIND: Readonly<Record<SubschemaKind, readonly string[]>> = {
  one: [
    'additionalItems',
    'additionalProperties',
    'contains',
    'contentSchema',
    'else',
    'if',
    'not',
    'propertyNames',
    'then',
    'unevaluatedItems',
    'unevaluatedProperties',
  ],
  list: ['allOf', 'anyOf', 'oneOf', 'prefixItems'],
  'one or list': ['items'],
  map: ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'],
  'map or names': ['dependencies'],
};

const KINDS = new Map(
  Object.entries(BY_KIND).flatMap(([kind, keywords]) =>
    keywords.map((keyword) => [keyword, kind as SubschemaKind] as const),
  ),
);

/** The keywords that have schemas in their values. */
export const SUBSCHEMA_KEYWORDS: readonly string[] = [...KINDS.keys()];

/** Where there are schemas in the value of a keyword; undefined for one that has none. */
export function subschemaKind(keyword: string): SubschemaKind | undefined {
  return KINDS.get(keyword);
}

/** What is written in place of a keyword: nothing, itself, or more. */
export type KeywordRewrite = (keyword: string, value: unknown) => readonly (readonly [string, unknown])[];

/** The same schema with each keyword, of the schema and of those within, as `rewrite` says. */
export function rewriteSchema(schema: unknown, rewrite: KeywordRewrite): JsonSchema {
  if (!isRecord(schema)) return schema !== false;
  const entries = Object.entries(schema).flatMap(([keyword, value]) => rewrite(keyword, value));
  return Object.fromEntries(
    entries.map(([keyword, value]) => [keyword, rewriteWithin(keyword, value, rewrite)]),
  );
}

/** The same schema with other references. */
export function rewriteReferences(schema: unknown, reference: (text: string) => string): JsonSchema {
  return rewriteSchema(schema, (keyword, value) => [
    [keyword, keyword === '$ref' && typeof value === 'string' ? reference(value) : value],
  ]);
}

/** Whether it is an object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rewriteWithin(keyword: string, value: unknown, rewrite: KeywordRewrite): unknown {
  const kind = subschemaKind(keyword);
  const each = (schema: unknown) => (Array.isArray(schema) ? schema : rewriteSchema(schema, rewrite));
  if (kind === undefined) return value;
  if (Array.isArray(value)) return value.map((schema) => rewriteSchema(schema, rewrite));
  if (kind === 'one' || kind === 'one or list') return rewriteSchema(value, rewrite);
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, each(schema)]))
    : value;
}
