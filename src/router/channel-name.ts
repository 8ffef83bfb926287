import type { ChannelSelection } from '../core/broker.js';
import { RouterError } from '../core/errors.js';
import { separated } from '../core/spelling.js';
import { MOST_PARTS } from './pattern-index.js';

/** What the server itself tells its peers, so that nobody else can. */
const RESERVED = 'signalbox.';

/** Words in front of a `.` that protocols give to the server. */
const OWN_NAME = /^(?:wamp|signalbox)\./;
const OWN = /^(?:wamp|signalbox)[./]/;
const OWN_PATTERN = /^(?:wamp|signalbox)(?:[./]|$)/;

const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
/** C0 and C1 controls, and the marks that reorder or hide text. */
const FORBIDDEN = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/**
 * Refuses a text that cannot be a channel: empty, the server's own, over `limit` bytes of UTF-8, with control or direction
 * characters, not well-formed, or not in NFC (two spellings that look the same would be two channels).
 * Throws `invalid_channel`.
 */
export function checkChannelName(channel: string, limit: number): void {
  if (PRINTABLE_ASCII.test(channel) && channel.length <= limit && !channel.startsWith(RESERVED)) return;
  const fault = findFault(channel, limit);
  if (fault !== undefined) throw new RouterError('invalid_channel', `the channel name ${fault}`);
}

/**
 * Refuses a text that cannot be a pattern: as for channels, but it may be empty, and may begin with the server's own
 * words. Throws `invalid_channel` for this and for a wildcard of more than 32 parts.
 */
export function checkPatternName({ match, channel: pattern }: ChannelSelection, limit: number): void {
  const fault = pattern === '' ? undefined : findTextFault(pattern, limit);
  if (fault !== undefined) throw new RouterError('invalid_channel', `the pattern ${fault}`);
  if (match !== 'wildcard' || separated(pattern).split('/', MOST_PARTS + 1).length <= MOST_PARTS) return;
  throw new RouterError('invalid_channel', `the wildcard has more than ${MOST_PARTS} parts`, {
    hint: 'subscribe to a prefix',
  });
}

/** Whether a name is one that protocols give to the server, so that it is nothing else in another spelling. */
export function isOwnName(name: string): boolean {
  return OWN_NAME.test(name);
}

/** Whether the server alone speaks on a channel. With `/`, too: subscribers of a pattern could not tell the two apart. */
export function isReserved(channel: string): boolean {
  return OWN.test(channel);
}

/** Whether a pattern asks for the server's own channels by name, and not only for everything. */
export function namesReserved({ channel: pattern }: ChannelSelection): boolean {
  return OWN_PATTERN.test(pattern);
}

function findFault(channel: string, limit: number): string | undefined {
  if (channel === '') return 'is empty';
  if (channel.startsWith(RESERVED)) return `begins with ${RESERVED}, which is the server's own`;
  return findTextFault(channel, limit);
}

function findTextFault(channel: string, limit: number): string | undefined {
  if (channel.length > limit || Buffer.byteLength(channel) > limit)
    return `is over limits.channel of ${limit} bytes`;
  if (FORBIDDEN.test(channel)) return 'has a control or direction character';
  if (/\p{Cs}/u.test(channel)) return 'is not well-formed Unicode';
  return channel.normalize('NFC') === channel ? undefined : 'is not in normal form NFC';
}
