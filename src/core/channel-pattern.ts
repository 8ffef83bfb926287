/** Octets of the longest pattern. */
const LONGEST = 255;

/**
 * Whether a text can be a pattern of channels: `*` stands for one segment, `**` at the end for all that follows. A star
 * beside other characters is refused, since it would stand for nothing but itself.
 */
export function isChannelPattern(text: string): boolean {
  if (text === '' || Buffer.byteLength(text) > LONGEST) return false;
  const segments = text.split('/');
  return segments.every((segment, i) => {
    if (!segment.includes('*') || segment === '*') return true;
    return segment === '**' && i === segments.length - 1;
  });
}

/** Patterns that one ticket may grant for an operation, and one key may be bound to. */
export const MOST_PATTERNS = 100;

/** Whether it is a list of at most 100 patterns. */
export function areChannelPatterns(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > MOST_PATTERNS) return false;
  return value.every((item) => typeof item === 'string' && isChannelPattern(item));
}

/**
 * Whether a channel is one of a pattern: `*` stands for one segment, `**` at the end for one or more, and everything
 * else for itself. Segments are compared as texts, so that nothing in a user's id can widen a pattern.
 */
export function channelMatches(pattern: string, channel: string): boolean {
  let from = 0;
  let at = 0;
  for (;;) {
    const end = segmentEnd(pattern, from);
    const stop = segmentEnd(channel, at);
    if (end === pattern.length && end - from === 2 && pattern.startsWith('**', from)) return true;
    const any = end - from === 1 && pattern[from] === '*';
    if (!any && pattern.slice(from, end) !== channel.slice(at, stop)) return false;
    if (end === pattern.length || stop === channel.length) {
      return end === pattern.length && stop === channel.length;
    }
    from = end + 1;
    at = stop + 1;
  }
}

function segmentEnd(text: string, from: number): number {
  const end = text.indexOf('/', from);
  return end < 0 ? text.length : end;
}
