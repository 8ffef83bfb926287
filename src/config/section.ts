import { parseDuration, parseSize } from '../core/units.js';
import type { FileReader } from './file-reader.js';
import { didYouMean, listed } from './suggestion.js';
import { isNull, plain, type YamlNode } from './yaml-tree.js';

/** What a value has to be. */
export interface ValueKind<T> {
  readonly is: string;
  /** Undefined for what is not of the kind. */
  read(value: unknown): T | undefined;
}

/** A map of known keys within a route. */
export interface Section<T> {
  readonly name: string;
  readonly kinds: { readonly [K in keyof T]-?: ValueKind<NonNullable<T[K]>> };
  /** How it is written. */
  readonly example: string;
}

export const SIZE: ValueKind<number> = {
  is: 'a size such as 16kb',
  read: (value) => positive(value, parseSize),
};

export const DURATION: ValueKind<number> = {
  is: 'a duration such as 10m',
  read: (value) => positive(value, parseDuration),
};

export const ON_OFF: ValueKind<boolean> = {
  is: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

/** A whole number from 1. */
export function count(most = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const is = most === Number.MAX_SAFE_INTEGER ? 'of at least 1' : `from 1 to ${most}`;
  const holds = (value: unknown) =>
    Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most;
  return { is: `a whole number ${is}`, read: (value) => (holds(value) ? Number(value) : undefined) };
}

/** Reads what is there of a section, and reports the rest of what is there. A value left empty is none. */
export function readSection<T>(
  file: FileReader,
  node: YamlNode | undefined,
  section: Section<T>,
): Partial<T> {
  const { name, kinds, example } = section;
  const found: Record<string, unknown> = {};
  for (const { key, keyRange, value } of file.entries(node, name, example)) {
    const kind = Object.hasOwn(kinds, key) ? kinds[key as keyof T] : undefined;
    if (kind === undefined) {
      const hint = didYouMean(key, Object.keys(kinds), `${name} has ${listed(Object.keys(kinds))}`);
      file.report('unknown-key', keyRange, `unknown key "${key}" in ${name}`, hint);
    } else if (!isNull(value)) found[key] = readValue(file, value, { kind, name: `${name}.${key}`, example });
  }
  return found as Partial<T>;
}

/** Reads one value; undefined, and a finding, for one of another kind. */
export function readValue<T>(
  file: FileReader,
  node: YamlNode,
  { kind, name, example }: { readonly kind: ValueKind<T>; readonly name: string; readonly example: string },
): T | undefined {
  const found = kind.read(plain(node));
  if (found === undefined) file.wrongType(node, `${name} must be ${kind.is}`, example);
  return found;
}

function positive(value: unknown, parse: (text: string | number) => number): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    const number = parse(value);
    return number >= 1 ? number : undefined;
  } catch {
    return undefined;
  }
}
