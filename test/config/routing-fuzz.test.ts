import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Finding, formatFindings, loadRouting } from '../../src/config/index.js';
import { DEFAULT_ACCESS, folderOf, writeFiles } from './harness.js';

const DOCS = readFileSync(new URL('../../docs/routes.md', import.meta.url), 'utf8');
const EXAMPLES = [...DOCS.matchAll(/^```yaml\n([\s\S]*?\n)```$/gm)]
  .map(([, text]) => text ?? '')
  // a bomb and an expression that takes long to judge are tested elsewhere
  .filter((text) => !text.includes('&e [') && !text.includes('Kawi'));

it('any text gives findings within the text, and never an error', async () => {
  const words = fc.constantFrom(
    ...[
      'channel',
      'pattern',
      'handler',
      'requirements',
      'access',
      'resource',
      'defaults',
      'a',
      'x/{a}',
      '{a<b>?c}',
    ],
    ...[
      ': ',
      '\n',
      '\n  ',
      '\n    ',
      '- ',
      '{ ',
      ' }',
      '[',
      ']',
      ', ',
      "'",
      '"',
      '\\d+',
      '(a|b)*',
      '*',
      '&x ',
      '*x',
      '<<',
      '!t ',
      '#',
      '~',
      '\t',
      '\r\n',
      '---\n',
      '|',
      '>',
      '%',
      '@',
      '`',
      '? ',
      'é',
      '😀',
      '\u0000',
      '\ud800',
    ],
  );
  await survives(
    fc.oneof(
      fc.array(words, { maxLength: 40 }).map((list) => list.join('')),
      fc.string({ unit: 'binary' }),
    ),
  );
}, 60_000);

it('any damage to a sound file gives findings within it, and never an error', async () => {
  const damage = fc.record({
    at: fc.nat(400),
    take: fc.nat(6),
    put: fc.string({
      unit: fc.constantFrom(...' :\n\t{}[]\'"\\#*&!|<>%@-~,?+()a1$^'.split('')),
      maxLength: 3,
    }),
  });
  const damaged = fc
    .tuple(fc.constantFrom(...EXAMPLES), fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([text, all]) =>
      all.reduce((now, { at, take, put }) => {
        const from = at % (now.length + 1);
        return now.slice(0, from) + put + now.slice(from + take);
      }, text),
    );
  await survives(damaged);
}, 60_000);

async function survives(texts: fc.Arbitrary<string>): Promise<void> {
  const folder = await folderOf({});
  const file = join(folder, 'fuzz.yml');
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      await writeFiles(folder, { 'fuzz.yml': text });
      const { findings, routes } = await loadRouting({
        sources: [file],
        defaultAccess: DEFAULT_ACCESS,
        handlers: new Set(['x']),
      });
      const lines = readFileSync(file, 'utf8')
        .replace(/^\ufeff/, '')
        .split('\n');
      for (const finding of findings) expectWithin(finding, lines);
      expect(formatFindings(findings, { color: true })).not.toMatch(/[\x00-\x08\x0e-\x1a\x7f]/);
      if (findings.length === 0) expect(routes.every(({ pattern }) => pattern !== '')).toBe(true);
      expect(readdirSync(folder)).toEqual(['fuzz.yml']);
    }),
    { numRuns: 500 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
}

function expectWithin(
  { line, column, endColumn, message, hint, frame }: Finding,
  lines: readonly string[],
): void {
  expect(line).toBeGreaterThanOrEqual(1);
  expect(line).toBeLessThanOrEqual(lines.length);
  const text = lines[line - 1] ?? '';
  expect(column).toBeGreaterThanOrEqual(1);
  expect(column).toBeLessThanOrEqual(text.length + 1);
  expect(endColumn).toBeGreaterThan(column);
  expect(endColumn).toBeLessThanOrEqual(text.length + 2);
  expect(message).not.toBe('');
  expect(hint).not.toBe('');
  expect(frame).toContain('^');
}
