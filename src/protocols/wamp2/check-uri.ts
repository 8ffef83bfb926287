import { RouterError } from '../../core/errors.js';
import type { Match } from '../../core/match.js';
import { isUri } from './uris.js';

/**
 * Throws `invalid_channel` for a text that cannot name a topic or procedure, or match any. Unless `strict`, what has a `/` is
 * a channel as other protocols write it, which the router judges. [WAMP2 §URIs]
 */
export function checkUri(text: string, { match, strict }: { match: Match; strict: boolean }): void {
  if (!strict && text.includes('/')) return;
  if (isUri(text, match, strict ? 'strict' : 'loose')) return;
  throw new RouterError('invalid_channel', `not a URI: ${text.slice(0, 256)}`, {
    hint: strict
      ? 'wamp.uris is strict: use parts of a-z, 0-9 and _ with dots between'
      : 'use parts without spaces and # with dots between',
  });
}
