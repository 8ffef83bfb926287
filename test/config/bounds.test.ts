import { expect, it } from 'vitest';
import { brief, load } from './harness.js';

const MEBI = 1_000_000;

it.each([
  [
    'a pattern of parameters that never end',
    `a: { handler: x, channel: '${'{a<'.repeat(MEBI / 3)}' }`,
    'unmatchable-pattern 1:27',
  ],
  [
    'a requirement of backslashes',
    `a: { handler: x, channel: '{b}', requirements: { b: '${'\\'.repeat(MEBI)}$' } }`,
    'invalid-regex 1:53',
  ],
  ['texts with bad escapes', `a: [${'"\\d",'.repeat(MEBI / 20)}]`, 'double-quoted-backslash 1:5'],
  ['keys that repeat', 'a: ~\n'.repeat(20_000), 'duplicate-key 2:1'],
])('%s do not keep the loader busy for ever', async (_what, text, first) => {
  const { findings } = await load(text);
  expect(brief(findings)).toContain(first);
});
