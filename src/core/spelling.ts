import type { Match } from './match.js';

const SLASH = 0x2f;
const DOT = 0x2e;

/** A name with `/` as its only separator: where names are compared with patterns, `.` means the same. */
export function separated(name: string): string {
  return name.includes('.') ? name.replaceAll('.', '/') : name;
}

/**
 * A channel as whoever wrote this pattern writes channels: as it is where the pattern matches it as written, otherwise
 * with `.` for `/`.
 */
export function spellingOf(channel: string, pattern: string): string {
  if (channel.startsWith(pattern) || matchesParts(pattern, channel)) return channel;
  return channel.replaceAll('/', '.');
}

/** Whether a pattern matches a name, both separated. An empty part of a wildcard is any. [WAMP2 §Pattern-based Subscription] */
export function matchesPattern(match: Match, pattern: string, name: string): boolean {
  if (match === 'wildcard') return matchesParts(pattern, name);
  return match === 'prefix' ? name.startsWith(pattern) : name === pattern;
}

/** Part by part, and each separator as it is written. */
function matchesParts(pattern: string, name: string): boolean {
  let from = 0;
  let at = 0;
  for (;;) {
    const end = partEnd(pattern, from);
    const stop = partEnd(name, at);
    const isSame = end - from === stop - at && pattern.startsWith(name.slice(at, stop), from);
    if (end !== from && !isSame) return false;
    if (end === pattern.length || stop === name.length) return end === pattern.length && stop === name.length;
    if (pattern.charCodeAt(end) !== name.charCodeAt(stop)) return false;
    from = end + 1;
    at = stop + 1;
  }
}

function partEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && !isSeparator(text.charCodeAt(end))) end++;
  return end;
}

function isSeparator(code: number): boolean {
  return code === SLASH || code === DOT;
}
