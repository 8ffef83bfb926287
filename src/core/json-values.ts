/** Octets in JSON text are a string of NUL and base64. [WAMP2 §Binary conversion of JSON strings] */
const NUL = '\0';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * JSON of a value that may come from a binary serialization: octets are written as above, big integers as their digits,
 * dates as ISO 8601, maps as objects; what is undefined is left out of maps, and is `null` in lists, as with
 * `JSON.stringify`. Throws a `RangeError` for cycles and for too deep a nesting.
 */
export function writeJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return writeScalar(value);
  if (value instanceof Uint8Array) return `"\\u0000${asBuffer(value).toString('base64')}"`;
  if (Array.isArray(value)) return `[${Array.from(value, writeJson).join(',')}]`;
  if (value instanceof Map) return writeMap([...value]);
  return 'toJSON' in value && typeof value.toJSON === 'function'
    ? writeJson(value.toJSON())
    : writeMap(Object.entries(value));
}

function writeMap(entries: readonly (readonly [unknown, unknown])[]): string {
  const said = entries.filter(([, item]) => item !== undefined && typeof item !== 'function');
  return `{${said.map(([key, item]) => `${JSON.stringify(String(key))}:${writeJson(item)}`).join(',')}}`;
}

function writeScalar(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null');
}

/** The octets themselves, not a copy. */
export function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

/** The value of a JSON text, with octets where the text has strings of NUL and base64. */
export function readJson(text: string): unknown {
  return text.includes('"\\u0000') ? JSON.parse(text, (_key, value) => readOctets(value)) : JSON.parse(text);
}

function readOctets(value: unknown): unknown {
  if (typeof value !== 'string' || value[0] !== NUL) return value;
  const text = value.slice(1);
  return BASE64.test(text) ? Buffer.from(text, 'base64') : value;
}
