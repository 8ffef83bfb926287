import { isRecord, type JsonSchema } from '../../core/json-schema.js';
import { freeName } from './channel-contracts.js';

/** A named type of TypeScript. */
export interface NamedType {
  readonly name: string;
  readonly text: string;
}

const DEEPEST = 32;

const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

/**
 * Types of what a JSON Schema takes, as far as TypeScript can say it; what it cannot is wider. `name` is that of the first, and
 * begins those of the schemas that it refers to, which are added to the names that are `taken`.
 */
export function typesOfSchema(schema: JsonSchema, name: string, taken: Set<string>): readonly NamedType[] {
  return new SchemaTypes(schema, name, taken).write();
}

class SchemaTypes {
  readonly #root: JsonSchema;
  readonly #name: string;
  readonly #names = new Map<string, string>();
  readonly #taken: Set<string>;
  readonly #types: NamedType[] = [];

  constructor(root: JsonSchema, name: string, taken: Set<string>) {
    this.#root = root;
    this.#name = name;
    this.#names.set('#', name);
    this.#taken = taken;
  }

  write(): readonly NamedType[] {
    // Names are added while types are written.
    for (const [reference, name] of this.#names) {
      const schema = reference === '#' ? this.#root : at(this.#root, reference);
      this.#types.push({ name, text: this.#typeOf(schema, 0) });
    }
    return this.#types;
  }

  #typeOf(schema: unknown, depth: number): string {
    if (schema === false) return 'never';
    if (!isRecord(schema) || depth > DEEPEST) return 'unknown';
    const parts = [
      ...this.#reference(schema),
      ...this.#own(schema, depth),
      ...this.#lists(schema, depth),
    ].filter((part) => part !== 'unknown');
    const [only, ...more] = parts;
    return only === undefined
      ? 'unknown'
      : more.length === 0
        ? only
        : parts.map((part) => `(${part})`).join(' & ');
  }

  #reference({ $ref }: Readonly<Record<string, unknown>>): string[] {
    if (typeof $ref !== 'string') return [];
    const known = this.#names.get($ref);
    if (known !== undefined) return [known];
    const name = freeName(`${this.#name}${typeName($ref.slice($ref.lastIndexOf('/') + 1))}`, this.#taken);
    this.#names.set($ref, name);
    return [name];
  }

  #own(schema: Readonly<Record<string, unknown>>, depth: number): string[] {
    if (Object.hasOwn(schema, 'const')) return [literal(schema['const'])];
    if (Array.isArray(schema['enum'])) return [union(schema['enum'].map(literal))];
    const { type } = schema;
    if (Array.isArray(type)) return [union(type.map((one) => this.#ofType(String(one), schema, depth)))];
    if (typeof type === 'string') return [this.#ofType(type, schema, depth)];
    return isRecord(schema['properties']) ? [this.#object(schema, depth)] : [];
  }

  #ofType(type: string, schema: Readonly<Record<string, unknown>>, depth: number): string {
    if (type === 'object') return this.#object(schema, depth);
    return type === 'array' ? this.#list(schema, depth) : (TYPES[type] ?? 'unknown');
  }

  #object(schema: Readonly<Record<string, unknown>>, depth: number): string {
    const { properties, required, additionalProperties } = schema;
    const needed: readonly unknown[] = Array.isArray(required) ? required : [];
    const named = isRecord(properties) ? Object.entries(properties) : [];
    const members = named.map(([name, property]) => {
      const mark = needed.includes(name) ? '' : '?';
      return `${comment(property)}readonly ${JSON.stringify(name)}${mark}: ${this.#typeOf(property, depth + 1)};`;
    });
    // Beside names an index has to be as wide as they are.
    const others = named.length === 0 && !isRecord(schema['patternProperties']) ? additionalProperties : true;
    if (additionalProperties !== false || isRecord(schema['patternProperties'])) {
      members.push(`readonly [name: string]: ${this.#typeOf(others ?? true, depth + 1)};`);
    }
    return members.length === 0 ? 'Record<string, never>' : `{ ${members.join(' ')} }`;
  }

  #list({ items, prefixItems, additionalItems }: Readonly<Record<string, unknown>>, depth: number): string {
    const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
    const rest = Array.isArray(items) ? additionalItems : items;
    const each = [...first, ...(rest === false ? [] : [rest])].map((item) =>
      this.#typeOf(item ?? true, depth + 1),
    );
    return `readonly (${union(each)})[]`;
  }

  #lists(schema: Readonly<Record<string, unknown>>, depth: number): string[] {
    const all = (keyword: string): string[] | undefined => {
      const list = schema[keyword];
      return Array.isArray(list) ? list.map((one) => this.#typeOf(one, depth + 1)) : undefined;
    };
    const [either, one] = [all('anyOf'), all('oneOf')];
    return [...(all('allOf') ?? []), ...(either ? [union(either)] : []), ...(one ? [union(one)] : [])];
  }
}

/** The name of a type, of what people call something. */
export function typeName(text: string): string {
  const name = text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return /^[A-Za-z]/.test(name) ? name : `Type${name}`;
}

function at(root: JsonSchema, reference: string): unknown {
  let found: unknown = root;
  for (const step of reference.slice(1).split('/').slice(1)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    found = Array.isArray(found) ? found[Number(name)] : isRecord(found) ? found[name] : undefined;
  }
  return found;
}

function union(types: readonly string[]): string {
  const all = [...new Set(types)];
  if (all.includes('unknown')) return 'unknown';
  return all.length === 0 ? 'never' : all.join(' | ');
}

function literal(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'unknown' : JSON.stringify(value);
}

function comment(schema: unknown): string {
  const description = isRecord(schema) ? schema['description'] : undefined;
  if (typeof description !== 'string') return '';
  return `/** ${description.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */ `;
}
