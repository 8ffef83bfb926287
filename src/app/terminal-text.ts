/** What moves the cursor of a terminal, or turns the direction of a text. Line ends and tabs do no harm. */
const MOVING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** What follows the escape of a colour. */
const COLOUR = /^\[(?:[0-2]|22|3\d|9\d)m/;
const ESCAPE = '\x1b';

/**
 * A text that a terminal shows as it is, whoever has said parts of it: what would move, hide or turn is escaped, in a form that
 * JSON reads as the same. Colours stay where they are `colored`.
 */
export function terminalText(text: string, { colored }: { readonly colored: boolean }): string {
  return text.replaceAll(MOVING, (character, at: number) => {
    if (character === '\n' || character === '\t') return character;
    if (colored && character === ESCAPE && COLOUR.test(text.slice(at + 1, at + 5))) return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
