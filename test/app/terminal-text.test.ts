import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalText } from '../../src/app/terminal-text.js';

const PLAIN = { colored: false };

describe('a text for a terminal', () => {
  it('is what it was where it does nothing', () => {
    for (const text of ['anna é 日本 👩‍💻', 'two\n\tlines', '']) expect(terminalText(text, PLAIN)).toBe(text);
  });

  it('shows what would move the cursor, hide or turn', () => {
    expect(terminalText('a\u001b[2Jb\r\u202ec\u009bd\u0000\u007f\u2028', PLAIN)).toBe(
      String.raw`a\u001b[2Jb\u000d\u202ec\u009bd\u0000\u007f\u2028`,
    );
  });

  it('keeps colours where there are any, and no other sequence', () => {
    const painted = '\u001b[31mred\u001b[39m \u001b[2mdim\u001b[22m \u001b[92mgood\u001b[0m';
    expect(terminalText(painted, { colored: true })).toBe(painted);
    for (const other of ['[8m', '[31J', '[2J', '[5m', ']0;x', '[1;8m', 'c'])
      expect(terminalText(`\u001b${other}`, { colored: true })).toBe(`\\u001b${other}`);
    expect(terminalText(painted, PLAIN)).not.toContain('\u001b');
  });

  it('is the same JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (said) => {
        expect(JSON.parse(terminalText(JSON.stringify({ said }), PLAIN))).toEqual({ said });
      }),
    );
  });
});
