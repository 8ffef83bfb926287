import { describe, expect, it } from 'vitest';
import { formatFindings } from '../../src/config/index.js';
import { brief, load } from './harness.js';

describe('a routing file as YAML', () => {
  it.each([
    ['nothing', ''],
    ['a comment', '# nothing yet\n'],
    ['an empty document', '---\n...\n'],
    ['an empty map', '{}'],
    ['nothing in YAML words', '~'],
  ])('with %s in it has no routes and no fault', async (_what, text) => {
    expect(await load(text)).toEqual({ routes: [], findings: [] });
  });

  it('may begin with a byte order mark and end its lines as Windows does', async () => {
    const { routes, findings } = await load(
      '\ufeffa:\r\n  channel: a/{b}\r\n  handler: x\r\nb:\r\n  chanel: b\r\n',
    );
    expect(routes).toMatchObject([{ name: 'a', pattern: 'a/{b}', source: { line: 1, column: 1 } }]);
    expect(brief(findings)).toEqual(['unknown-key 5:3']);
    expect(findings[0]?.frame).toBe('  3 |   handler: x\n  4 | b:\n  5 |   chanel: b\n    |   ^^^^^^');
  });

  it.each([
    ['a scalar', 'just a text', 'wrong-type 1:1'],
    ['a list', '- a\n- b', 'wrong-type 1:1'],
    ['a route without value', 'a: ~', 'wrong-type 1:1'],
    ['a tab', 'a:\n\tchannel: x', 'tab-indent 2:1'],
    ['several documents', 'a: {}\n---\nb: {}', 'several-documents 2:1'],
    ['a key twice', 'a: { channel: x, handler: ~, channel: y }', 'duplicate-key 1:30'],
    ['a list as key', '? [a]\n: {}', 'non-string-key 1:3'],
    ['a text that is not closed', 'a: { channel: "x', 'yaml-syntax 1:17'],
    ['a brace that is not quoted', 'a:\n  channel: {b}/x\n', 'yaml-syntax 2:15'],
    ['a reserved character', 'a:\n  channel: `x\n', 'yaml-syntax 2:12'],
    ['map within map', `a: ${'{a: '.repeat(70)}1${'}'.repeat(70)}`, 'too-deep 1:260'],
  ])('with %s is refused where that is', async (_what, text, finding) => {
    const { routes, findings } = await load(text);
    expect(routes).toEqual([]);
    expect(brief(findings)).toContain(finding);
  });

  it('survives bracket upon bracket', async () => {
    const { findings } = await load('['.repeat(20_000));
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['yaml-syntax']));
  });

  it('has one finding for each text in double quotes, and is read on as it was meant', async () => {
    const { routes, findings } = await load(
      'a:\n  channel: a/{b}\n  handler: x\n  requirements: { b: "\\d+\\w", c: "(\\d+" }\n',
    );
    expect(brief(findings)).toEqual([
      'double-quoted-backslash 4:22',
      'double-quoted-backslash 4:34',
      'invalid-regex 4:34',
    ]);
    expect(routes).toEqual([]);
  });

  it('is told of a backslash that YAML has turned into something else', async () => {
    const { routes, findings } = await load(
      'a: { channel: "a/{b}", handler: x, requirements: { b: "\\bx" } }',
    );
    expect(routes).toEqual([]);
    expect(brief(findings)).toEqual(['double-quoted-backslash 1:55']);
  });

  it('may use anchors and merge keys', async () => {
    const { routes, findings } = await load(`
a: &base
  channel: a/{id}
  handler: x
  requirements: &ids { id: '\\d+' }
b:
  <<: *base
  channel: b/{id}
c:
  <<: [{ handler: y }, *base]
  channel: c/{id}
  requirements: { <<: *ids }
`);
    expect(formatFindings(findings)).toBe('');
    expect(routes.map(({ name, pattern, handler }) => [name, pattern, handler])).toEqual([
      ['a', 'a/{id}', 'x'],
      ['b', 'b/{id}', 'x'],
      ['c', 'c/{id}', 'y'],
    ]);
    expect(routes[2]?.requirements['id']?.pattern).toBe('\\d+');
  });

  it('is refused over one mebibyte, and if it is not UTF-8', async () => {
    expect(brief((await load(`# ${'x'.repeat(1024 * 1024)}\n`)).findings)).toEqual(['file-too-large 1:1']);
    const latin = Buffer.from('a:\n  channel: gr\xf6\xdfe\n', 'latin1');
    expect(brief((await load(latin)).findings)).toEqual(['not-utf8 2:14']);
  });

  it('reads words as YAML 1.2 does', async () => {
    const { routes } = await load('5: { channel: yes, handler: off }\nnull: { channel: 0o17, handler: x }');
    expect(routes.map(({ name, pattern, handler }) => [name, pattern, handler])).toEqual([
      ['5', 'yes', 'off'],
      ['null', '0o17', 'x'],
    ]);
  });
});

describe('a finding', () => {
  it('is printed with place, lines and remedy, and in colour if asked', async () => {
    const { findings } = await load({ 'chat.yml': 'a:\n  handler: x\n  chanel: y\n' });
    const [finding] = findings;
    const text = formatFindings(findings);
    expect(text.replace(finding?.file ?? '', 'chat.yml')).toBe(
      [
        'chat.yml:3:3  error unknown key "chanel" in a route (unknown-key)',
        '  1 | a:',
        '  2 |   handler: x',
        '  3 |   chanel: y',
        '    |   ^^^^^^',
        '  = did you mean "channel"?',
      ].join('\n'),
    );
    expect(text).not.toContain('\x1b');
    expect(formatFindings(findings, { color: true })).toContain('\x1b[31merror\x1b[0m');
  });

  it('never carries what a terminal would act upon', async () => {
    const { findings } = await load('"a\x1b[31m\u202e": { "\\e[2J": 1 } # \x1b]0;title\x07');
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toMatch(/\\u001b|\u202e|\\u0007/);
  });

  it('shows the part of a long line that matters', async () => {
    const { findings } = await load(
      `a: { channel: x, handler: ~, ${'b: 1, '.repeat(0)}note: '${'y'.repeat(500)}', zzz: 1 }`,
    );
    for (const { frame } of findings) {
      expect(Math.max(...frame.split('\n').map((line) => line.length))).toBeLessThan(170);
      expect(frame).toMatch(/\^/);
    }
  });
});
