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
