/** Octets in JSON text are a string of NUL and base64. [WAMP2 §Binary conversion of JSON strings] */
const NUL = '\0';

/**
 * JSON of a value that may come from a binary serialization: octets are written as above, big integers as their digits,
 * dates as ISO 8601, what is undefined as `null`. Throws a `RangeError` for cycles and for too deep a nesting.
 */
export function writeJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return writeScalar(value);
  if (value instanceof Uint8Array) return JSON.stringify(NUL + Buffer.from(value).toString('base64'));
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, item]) => `${JSON.stringify(String(key))}:${writeJson(item)}`).join(',')}}`;
}

function writeScalar(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null');
}

/** The value of a JSON text, with octets where the text has strings of NUL and base64. */
export function readJson(text: string): unknown {
  return text.includes('"\\u0000') ? JSON.parse(text, (_key, value) => readOctets(value)) : JSON.parse(text);
}

function readOctets(value: unknown): unknown {
  return typeof value === 'string' && value[0] === NUL ? Buffer.from(value.slice(1), 'base64') : value;
}
