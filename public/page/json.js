const LINE = 68;
const LONGEST = 4000;

/** JSON as a person reads it: what fits stays on one line, the rest is indented, and what is very long is cut. */
export function pretty(value) {
  const text = layOut(value, '');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters in all)`;
}

function layOut(value, indent) {
  const line = oneLine(value);
  if (indent.length + line.length <= LINE || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  const named = ([key, item]) => `${JSON.stringify(key)}: ${layOut(item, inner)}`;
  const isList = Array.isArray(value);
  const items = isList ? value.map((item) => layOut(item, inner)) : Object.entries(value).map(named);
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}

function oneLine(value) {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}
