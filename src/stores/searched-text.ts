import type { Payload } from '../core/payload.js';

/** Characters of one message that can be found, and levels of it that are looked at. */
const LONGEST = 64 * 1024;
const DEEPEST = 16;

/** Words of one search; more are not looked for. */
const MOST_WORDS = 16;

/** What a message can be found by: its `text`, or else all texts in it. */
export function searchedText(payload: Payload): string {
  if (!payload.isJson && !payload.isText) return '';
  const { value } = payload;
  const { text } = (typeof value === 'object' && value !== null ? value : {}) as { text?: unknown };
  return [...texts(typeof text === 'string' ? text : value, DEEPEST)].join('\n').slice(0, LONGEST);
}

function* texts(value: unknown, levels: number): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null && levels > 0)
    for (const item of Object.values(value)) yield* texts(item, levels - 1);
}

/**
 * A query of FTS5 for words in any order, of which the last may be the beginning of one; undefined where there is no word.
 * Every word is in quotes, so that none of them is an operator; NUL would end the query.
 */
export function matchExpression(text: string): string | undefined {
  const words = text
    .replaceAll('\0', ' ')
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .slice(0, MOST_WORDS);
  if (words.length === 0) return undefined;
  return `${words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' ')}*`;
}
