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
