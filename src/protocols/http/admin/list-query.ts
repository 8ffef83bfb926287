import { RouterError } from '../../../core/errors.js';
import type { ListQuery } from '../../../core/inspection.js';
import type { Query } from '../query.js';

/** Items of one answer, unless another number is asked for, and at most. */
const USUAL = 50;
const MOST = 200;
/** Octets of a text that is looked for, or names something. */
const LONGEST = 255;

/** Reads `search`, `limit` and `after`. Throws `bad_request`. */
export function readListQuery(query: Query): ListQuery {
  return { search: readName(query, 'search'), limit: readLimit(query), after: query.text('after') };
}

/** A text of at most 255 octets. */
export function readName(query: Query, name: string): string | undefined {
  const text = query.text(name);
  if (text === undefined || Buffer.byteLength(text) <= LONGEST) return text;
  throw new RouterError('bad_request', `${name} has at most ${LONGEST} octets`);
}

/** 1 to 200; more is taken as 200. */
export function readLimit(query: Query, usual = USUAL): number {
  return Math.min(Math.max(query.number('limit') ?? usual, 1), MOST);
}

/** One of some words. Throws `bad_request` for another one. */
export function readWord<const W extends string>(query: Query, name: string, words: readonly [W, ...W[]]): W {
  const text = query.text(name) ?? words[0];
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new RouterError('bad_request', `${name} is not one of ${words.join(', ')}`);
}
