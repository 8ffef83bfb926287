/** Characters of a payload that are shown before somebody asks for more. */
export const SHOWN = 10_000;

const LINE = 160;

/** A payload over several lines: JSON with indentation, text as it is. */
export function payloadText(payload: unknown): string {
  return typeof payload === 'string' ? payload : (JSON.stringify(payload, undefined, 2) ?? '');
}

/** A payload in one line that is cut where it would not fit. */
export function payloadLine(payload: unknown): string {
  const text = typeof payload === 'string' ? payload : (JSON.stringify(payload) ?? '');
  return cut(text.slice(0, LINE * 2).replace(/\s+/g, ' '), LINE);
}

/** The beginning of a text, never half a character. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const code = text.charCodeAt(length - 1);
  const isHigh = code >= 0xd800 && code < 0xdc00;
  return `${text.slice(0, isHigh ? length - 1 : length)}…`;
}
