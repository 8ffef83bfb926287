import { isRecord } from '../../core/json-schema.js';

/** One property, by its path from the payload. */
export interface SchemaRow {
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

const DEEPEST = 4;
const MOST_ROWS = 200;

/** The properties of an object's schema, and of objects within; references are named, not followed. */
export function schemaTable(schema: unknown): readonly SchemaRow[] {
  return rowsOf(schema, '', 0).slice(0, MOST_ROWS);
}

function rowsOf(schema: unknown, above: string, depth: number): SchemaRow[] {
  const properties = isRecord(schema) ? schema['properties'] : undefined;
  if (!isRecord(schema) || !isRecord(properties) || depth > DEEPEST) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${above}${name}`;
    const row = {
      path,
      type: typeOf(property),
      isRequired: required.includes(name),
      description: descriptionOf(property),
    };
    const items = isRecord(property) ? property['items'] : undefined;
    return [row, ...rowsOf(property, `${path}.`, depth + 1), ...rowsOf(items, `${path}[].`, depth + 1)];
  });
}

function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return schema === false ? 'nothing' : 'anything';
  const { type, $ref, enum: values, format, const: only } = schema;
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (only !== undefined) return JSON.stringify(only);
  const name = Array.isArray(type) ? type.join(' or ') : typeof type === 'string' ? type : 'anything';
  return typeof format === 'string' ? `${name} (${format})` : name;
}

function descriptionOf(schema: unknown): string {
  if (!isRecord(schema)) return '';
  const { description, title, minimum, maximum, minLength, maxLength, pattern } = schema;
  const bounds = { minimum, maximum, minLength, maxLength, pattern };
  const said = Object.entries(bounds).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${String(value)}`],
  );
  return [...[description ?? title].filter((part) => typeof part === 'string'), ...said].join(' · ');
}
