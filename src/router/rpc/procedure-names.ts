import { RouterError } from '../../core/errors.js';
import type { Principal } from '../../core/session.js';
import { checkChannelName } from '../channel-name.js';
import { MOST_PARTS } from '../pattern-index.js';
import type { Routing } from '../routing.js';

/** The first part of the names that are the server's own, after any spelling of a beginning. */
const RESERVED = /^(?:\/topic)?\/?(?:wamp|signalbox)(?:[./]|$)/;

/** Whether only the server answers a procedure of this name. [WAMP2 §URIs] */
export function isReserved(name: string): boolean {
  return RESERVED.test(name);
}

/** Throws `invalid_channel` for the server's own. */
export function checkUnreserved(name: string): void {
  if (!isReserved(name)) return;
  throw new RouterError('invalid_channel', "names that begin with wamp. and signalbox. are the server's own");
}

/** What a pattern is checked against; the limit is octets. */
export interface Surroundings {
  readonly routing: Routing;
  readonly limit: number;
}

interface Pattern {
  readonly match: 'prefix' | 'wildcard';
  readonly pattern: string;
}

/**
 * Throws `invalid_channel` for what can be no pattern, and `forbidden` where nothing that it may match can be registered
 * by this principal. What the pattern gets is decided by the route of each call; but who may register nothing must not
 * stand in the way of those who may.
 */
export function checkPattern(
  principal: Principal,
  { match, pattern }: Pattern,
  surroundings: Surroundings,
): void {
  checkChannelName(pattern, surroundings.limit);
  if (match === 'wildcard' && pattern.split(/[./]/).length > MOST_PARTS) {
    throw new RouterError('invalid_channel', `the pattern has more than ${MOST_PARTS} parts`);
  }
  if (mayRegister(principal, { match, pattern }, surroundings)) return;
  throw new RouterError('forbidden', `there is nothing below ${pattern} that this session may register`, {
    hint: 'a route has to say access: { register: ... }',
  });
}

/** Whether a route lets it whatever the parameters are. */
export function mayRegister(
  principal: Principal,
  { match, pattern }: Pattern,
  { routing }: Surroundings,
): boolean {
  const parts = pattern.replaceAll('.', '/');
  const begin = match === 'prefix' ? parts : beginOf(parts);
  return routing.table.routes.some((route) => {
    if (route.handler === undefined) return false;
    const literal = (/^[^{]*/.exec(route.pattern)?.[0] ?? '').replaceAll('.', '/');
    if (!literal.startsWith(begin) && !begin.startsWith(literal)) return false;
    const request = { channel: pattern, route, params: {} };
    return routing.of(route).access.allows('register', { principal, request });
  });
}

/** What stands before the first part that may be anything. */
function beginOf(parts: string): string {
  const open = parts.search(/(?:^|\/)(?:\/|$)/);
  return open < 0 ? parts : parts.slice(0, parts[open] === '/' && open > 0 ? open + 1 : open);
}
