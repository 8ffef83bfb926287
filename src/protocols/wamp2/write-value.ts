import { MAX_EXACT } from './octet-reader.js';

/** The words of one binary serialization. */
export interface ValueWriter {
  nil(): void;
  flag(value: boolean): void;
  /** A whole number that is exact. */
  integer(value: number): void;
  bigInteger(value: bigint): void;
  float(value: number): void;
  text(value: string): void;
  octets(value: Uint8Array): void;
  listHead(length: number): void;
  mapHead(length: number): void;
}

/**
 * Writes any value as JSON would have it, with octets and big integers besides: dates as ISO 8601, maps with their keys as
 * texts; what is undefined is left out of maps, and null in lists. Throws a `RangeError` for cycles.
 */
export function writeValue(value: unknown, to: ValueWriter): void {
  if (typeof value === 'string') to.text(value);
  else if (typeof value === 'number') writeNumber(value, to);
  else if (typeof value === 'boolean') to.flag(value);
  else if (typeof value === 'bigint') to.bigInteger(value);
  else if (typeof value === 'object' && value !== null) writeObject(value, to);
  else to.nil();
}

function writeNumber(value: number, to: ValueWriter): void {
  if (Number.isInteger(value) && Math.abs(value) <= MAX_EXACT && !Object.is(value, -0)) to.integer(value);
  else to.float(value);
}

function writeObject(value: object, to: ValueWriter): void {
  if (Array.isArray(value)) writeList(value, to);
  else if (value instanceof Uint8Array) to.octets(value);
  else if (value instanceof Map) writeMap([...value], to);
  else if ('toJSON' in value && typeof value.toJSON === 'function') writeValue(value.toJSON(), to);
  else writeMap(Object.entries(value), to);
}

function writeList(list: readonly unknown[], to: ValueWriter): void {
  to.listHead(list.length);
  for (const item of list) writeValue(item, to);
}

function writeMap(entries: readonly (readonly [unknown, unknown])[], to: ValueWriter): void {
  const said = entries.filter(([, item]) => item !== undefined && typeof item !== 'function');
  to.mapHead(said.length);
  for (const [key, item] of said) {
    to.text(String(key));
    writeValue(item, to);
  }
}
