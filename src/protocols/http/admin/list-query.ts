import { RouterError } from '../../../core/errors.js';
import type { ListQuery } from '../../../core/inspection.js';
import type { Query } from '../query.js';

/** Items of one answer, unless another number is asked for, and at most. */
const USUAL = 50;
const MOST = 200;
/** Characters of a text that is looked for. */
const LONGEST = 255;

/** Reads `search`, `limit` and `after`. Throws `bad_request`. */
export function readListQuery(query: Query): ListQuery {
  const search = query.text('search');
  if (search !== undefined && search.length > LONGEST)
    throw new RouterError('bad_request', `search has at most ${LONGEST} characters`);
  return { search, limit: readLimit(query), after: query.text('after') };
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
