import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/core/route.js';
import { brief, load } from './harness.js';

/** Routes on lines: a channel, and requirements behind it. */
const table = (lines: readonly string[]) =>
  lines.map((line, i) => `r${i}: { ${line.includes('handler') ? '' : 'handler: x, '}${line} }\n`).join('');

describe('a route that an earlier one hides', () => {
  it.each([
    [["channel: 'chat/{room}'", 'channel: chat/lobby'], 'shadowed-route'],
    [["channel: 'chat/{a}'", "channel: 'chat/{b}'"], 'shadowed-route'],
    [["channel: 'chat/{a}'", "channel: 'chat/{a}'"], 'duplicate-channel'],
    [['channel: chat', 'pattern: chat'], 'duplicate-channel'],
    [["channel: 'chat/{a}'", "channel: 'chat/{b<\\d+>}'"], 'shadowed-route'],
    [["channel: 'x/{a<\\w+>}'", "channel: 'x/{b<[a-z]{2,5}>}'"], 'shadowed-route'],
    [["channel: 'x/{a<\\w+>}'", "channel: 'x/{b<send|edit>}'"], 'shadowed-route'],
    [["channel: 'x/{a<.+>}'", "channel: 'x/{b}/{c}'"], 'shadowed-route'],
    [["channel: 'x/{a<.+>}'", 'channel: x/y/z'], 'shadowed-route'],
    [["channel: 'x/{a}/{b}'", "channel: 'x/y/{b}'"], 'shadowed-route'],
    [["channel: 'x/{a}'", "channel: 'x/y-{b}'"], 'shadowed-route'],
    [["channel: 'x/{a}/{b?1}'", "channel: 'x/{a}'"], 'shadowed-route'],
    [["channel: 'x/{a?1}'", 'channel: x'], 'shadowed-route'],
    [["channel: 'x/room{a?1}'", 'channel: x/room'], 'shadowed-route'],
    [["channel: 'x/{a<\\d+>}'", 'channel: x/17'], 'shadowed-route'],
    [["channel: 'a/b/c/{d<.+>}'", 'channel: a/b/c/d/e'], 'shadowed-route'],
    [["channel: 'a/b/c/{d}/{e}'", 'channel: a/b/c/d/e'], 'shadowed-route'],
  ])('%j is reported', async (lines, code) => {
    const { routes, findings } = await load(table(lines));
    expect(brief(findings).map((text) => text.split(' ')[0])).toEqual([code]);
    expect(findings[0]).toMatchObject({ severity: 'warning', line: 2 });
    expect(routes).toHaveLength(2);
  });

  it.each([
    [['channel: chat/lobby', "channel: 'chat/{room}'"]],
    [["channel: 'chat/{a<\\d+>}'", "channel: 'chat/{b}'"]],
    [["channel: 'x/{a<\\d+>}'", "channel: 'x/{b<[a-z]+>}'"]],
    [["channel: 'x/{a<[a-z]+>}'", "channel: 'x/{b<\\w+>}'"]],
    [["channel: 'x/{a}'", "channel: 'x/{b<.+>}'"]],
    [["channel: 'x/{a}'", "channel: 'x/{b}/{c?1}'"]],
    [["channel: 'x/{a}'", 'channel: x/y/z']],
    [["channel: 'x/{a<[a-z]{3}>}'", "channel: 'x/{b<[a-z]+>}'"]],
    [["channel: 'x/{a}', handler: ~", 'channel: x/y']],
    [
      [
        "channel: 'x/{a<\\d+>}'",
        "channel: 'x/{b}', requirements: { b: { pattern: '\\d+', wildcard: true } }",
      ],
    ],
    [["channel: 'x/{a<é+>}'", "channel: 'x/{b<ü+>}'"]],
    [["channel: 'x/{a}'", 'channel: x/']],
    [["channel: 'x/room{a?1}'", 'channel: x/roo']],
    [["channel: 'a/b/c/{d}'", 'channel: a/b/c/d/e']],
    [["channel: 'a/b/c/{d}'", 'channel: a/b/c']],
    [["channel: 'x-{a}'", "channel: 'x-{b}-{c}'"]],
  ])('%j is not, since it is not hidden', async (lines) => {
    expect(brief((await load(table(lines))).findings)).toEqual([]);
  });

  it('really never matches', async () => {
    const requirement = fc.constantFrom(
      '',
      '<\\d+>',
      '<[a-z]+>',
      '<\\w+>',
      '<.+>',
      '<a|bb>',
      '<[^/]+>',
      '<a?b*>',
      '<[ab]{1,2}>',
    );
    const piece = fc.oneof(
      fc.constantFrom('a', 'b', '1'),
      fc.tuple(fc.constantFrom('p', 'q'), requirement, fc.constantFrom('', '?a')),
    );
    const segment = fc.oneof(
      { weight: 4, arbitrary: piece.map((one) => [one]) },
      fc.tuple(piece, fc.constantFrom('-', '.'), piece).map((parts) => [...parts]),
    );
    const pattern = fc.array(segment, { minLength: 1, maxLength: 3 }).map(written);
    const channel = fc.array(fc.constantFrom('a', 'b', 'ab', 'bb', '1', 'a-b', '1.a', '*', 'é'), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        pattern,
        pattern,
        fc.array(channel, { minLength: 40, maxLength: 40 }),
        async (one, two, channels) => {
          const { routes, findings } = await load(
            `a: { handler: x, channel: '${one}' }\nb: { handler: x, channel: '${two}' }\n`,
          );
          const hidden = findings.some(
            ({ code }) => code === 'shadowed-route' || code === 'duplicate-channel',
          );
          const [first, second] = routes;
          if (!hidden || first === undefined || second === undefined) return;
          for (const parts of channels) {
            const text = parts.join('/');
            if (matches(second, text))
              expect(matches(first, text), `${one} hides ${two} but not ${text}`).toBe(true);
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});

type Part = string | readonly [string, string, string];

/** Names are made unique, so that most patterns are sound. */
function written(segments: readonly (readonly Part[])[]): string {
  let n = 0;
  const name = (part: Part) => (typeof part === 'string' ? part : `{${part[0]}${n++}${part[1]}${part[2]}}`);
  return segments.map((segment) => segment.map(name).join('')).join('/');
}

/** Matching by definition, one expression for each form. */
function matches(route: Route, channel: string): boolean {
  let pieces = route.pattern.split(/\{(\w+)\}/);
  for (;;) {
    if (new RegExp(`^${expression(route, pieces)}$`, 's').test(channel)) return true;
    const last = pieces.at(-2);
    if (pieces.at(-1) !== '' || last === undefined || route.defaults[last] === undefined) return false;
    const before = (pieces.at(-3) ?? '').slice(0, -1);
    if (before === '' && pieces.length === 3) return false;
    pieces = before === '' ? pieces.slice(0, -3) : [...pieces.slice(0, -3), before];
    if (before === '') pieces.push('');
  }
}

function expression(route: Route, pieces: readonly string[]): string {
  return pieces
    .map((text, i) => {
      if (i % 2 === 0) return text.replaceAll(/[.]/g, '\\.');
      const next = pieces[i + 1] ?? '';
      const stop = next !== '' && '.-'.includes(next.charAt(0)) ? next.charAt(0) : '';
      return `(?:${route.requirements[text]?.pattern ?? `[^/${stop === '' ? '' : `\\${stop}`}]+`})`;
    })
    .join('');
}
