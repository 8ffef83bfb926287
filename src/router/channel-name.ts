import { RouterError } from '../core/errors.js';

/** What the server itself tells its peers, so that nobody else can. */
const RESERVED = 'signalbox.';

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

function findFault(channel: string, limit: number): string | undefined {
  if (channel === '') return 'is empty';
  if (channel.startsWith(RESERVED)) return `begins with ${RESERVED}, which is the server's own`;
  if (channel.length > limit || Buffer.byteLength(channel) > limit)
    return `is over limits.channel of ${limit} bytes`;
  if (FORBIDDEN.test(channel)) return 'has a control or direction character';
  if (/\p{Cs}/u.test(channel)) return 'is not well-formed Unicode';
  return channel.normalize('NFC') === channel ? undefined : 'is not in normal form NFC';
}
