import { isRouterError } from '../../core/errors.js';
import { type Position, requirePosition } from '../../core/position.js';
import type { Router } from '../../core/router.js';

/** What a SUBSCRIBE asks for: WAMP v1 has no room for more than a channel. */
export interface Wanted {
  /** As the peer wrote it. */
  readonly uri: string;
  readonly channel: string;
  readonly tellsPositions: boolean;
  readonly since: Position | undefined;
}

const SINCE = '#since=';

/**
 * Reads `chat/a#since=` and, after it, where the subscriber was before. A text whose beginning is no channel means itself. Throws
 * `bad_request` for a position that is none.
 */
export function readWanted(uri: string, router: Pick<Router, 'resolve'>): Wanted {
  const at = uri.lastIndexOf(SINCE);
  const channel = uri.slice(0, at);
  if (at < 0 || !isChannel(channel, router))
    return { uri, channel: uri, tellsPositions: false, since: undefined };
  const position = uri.slice(at + SINCE.length);
  const since = position === '' ? undefined : requirePosition(position);
  return { uri, channel, tellsPositions: true, since };
}

/** Whether a route matches it as it is written. */
function isChannel(text: string, router: Pick<Router, 'resolve'>): boolean {
  try {
    return router.resolve(text) === text;
  } catch (error) {
    if (isRouterError(error)) return false;
    throw error;
  }
}
