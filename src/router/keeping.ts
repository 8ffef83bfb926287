import { namesSessions } from '../core/audience.js';
import type { Keeping } from '../core/broker.js';
import type { PublicationOptions } from '../core/publication.js';
import type { HistoryPolicy, Route } from '../core/route.js';

/** What is kept of what is published on a route, in the order of positions; undefined where nothing is. */
export function historyOf({ history, replay, queue }: Route): HistoryPolicy | undefined {
  if (queue !== undefined) return undefined;
  // What is replayed has to be kept.
  return history ?? (replay === undefined ? undefined : { size: replay, ttl: undefined });
}

/**
 * What the broker is to keep of one publication. What names sessions is not kept: they are others when it is read.
 * [WAMP2 §Event History, Security Aspects]
 */
export function keepingOf(route: Route, options: PublicationOptions | undefined): Keeping | undefined {
  const history = namesSessions(options) ? undefined : historyOf(route);
  const retain = options?.retain === true;
  const { key, version } = options ?? {};
  if (!retain && history === undefined && key === undefined) return undefined;
  return { retain, history, key, version };
}
