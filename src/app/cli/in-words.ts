const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Seconds in the two largest units that they fill, such as `4m 12s`. */
export function durationInWords(seconds: number): string {
  let rest = Math.round(Math.abs(seconds));
  const words: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) words.push(`${count}${unit}`);
    else if (words.length > 0) break;
  }
  return words.slice(0, 2).join(' ') || '0s';
}

/** A time in seconds since 1970, seen from another: `in 4m 12s` or `3m ago`, and the date where there is one. */
export function timeInWords(time: number, now: number): string {
  const distance = durationInWords(time - now);
  const date = new Date(time * 1000);
  const written = Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().replace(/\.\d+Z$/, 'Z');
  return `${time > now ? `in ${distance}` : `${distance} ago`} (${written})`;
}

/** A text from elsewhere for a terminal: what moves the cursor, hides or turns is escaped. */
export function safeText(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
