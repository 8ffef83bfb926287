import { RouterError } from '../../core/errors.js';
import type { Match } from '../../core/match.js';
import type { Router } from '../../core/router.js';
import { spellingOf } from '../../core/spelling.js';

/** What a destination of SUBSCRIBE means to the router. */
export interface Selection {
  readonly channel: string;
  /** Left out for a single channel. */
  readonly match?: Exclude<Match, 'exact'>;
  /** The destination of a MESSAGE, in the spelling of the subscriber. */
  spell(channel: string): string;
}

const PREFIX = /^(?:\/(?:topic\/)?)?/;
const WILD = /(?:^|[./])[*>#](?:[./]|$)/;
const REST = /^[>#]$/;

/**
 * The channel or the pattern of a destination: `*` is any one part, `>` or `#` at the end all that follows. Throws what
 * `Router.resolve` throws, and `feature_not_supported` for patterns that the router has no word for.
 */
export function selectionOf(destination: string, router: Pick<Router, 'resolve'>): Selection {
  if (!WILD.test(destination)) return { channel: router.resolve(destination), spell: () => destination };
  if (/^\/?queue[./]/.test(destination)) {
    throw unsupported(
      'a queue is subscribed to by its name alone',
      'subscribe to each queue, or use a topic',
    );
  }
  const prefix = PREFIX.exec(destination)?.[0] ?? '';
  const pattern = patternOf(destination.slice(prefix.length));
  return { ...pattern, spell: (channel) => `${prefix}${spellingOf(channel, pattern.channel)}` };
}

function patternOf(text: string): Required<Pick<Selection, 'channel' | 'match'>> {
  const parts = text.split(/([./])/);
  const names = parts.filter((_part, i) => i % 2 === 0);
  const rest = names.findIndex((name) => REST.test(name));
  if (rest === -1) {
    const channel = parts.map((part) => (part === '*' ? '' : part)).join('');
    return { channel, match: 'wildcard' };
  }
  if (rest < names.length - 1) throw unsupported('> and # stand at the end of a destination', ONE_KIND);
  if (names.includes('*')) throw unsupported('* and > or # in one destination', ONE_KIND);
  return { channel: parts.slice(0, -1).join(''), match: 'prefix' };
}

const ONE_KIND = 'subscribe to a.*.b, with * for any one part, or to a.>, for all that begins with a.';

function unsupported(reason: string, hint: string): RouterError {
  return new RouterError('feature_not_supported', reason, { hint });
}
