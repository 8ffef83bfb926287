/** A part of a text: as it is, or the escape of one character that could not be seen, or could mislead about the others. */
export interface VisiblePart {
  readonly text: string;
  readonly isEscape: boolean;
  /** Where it begins in the text. */
  readonly at: number;
}

/**
 * Control characters but tab and line feed, marks that turn the direction of text, what takes no place, line separators,
 * tags, and halves of pairs. A joiner stays where it joins letters beyond ASCII, as in Persian, Hindi and emoji.
 */
const UNSEEN =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|(?<![^\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f])|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

/** A text in parts, each of which shows what it is. */
export function visibleParts(text: string): readonly VisiblePart[] {
  const parts: VisiblePart[] = [];
  let end = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isEscape: false, at: end });
    parts.push({ text: escapeOf(match[0]), isEscape: true, at: match.index });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isEscape: false, at: end });
  return parts;
}

/** The same as one text, for what takes no more: names of controls and titles. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escapeOf);
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
