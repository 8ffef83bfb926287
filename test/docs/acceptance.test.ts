import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/server.js';

const PAGE = readFileSync(`${REPOSITORY}docs/acceptance.md`, 'utf8');
const SHOWN = /`((?:test|examples|bench)\/[^`]+)`(?:: ([^;`|]+?))?(?=[;|]|, | \||$)/gm;
const named = [...PAGE.matchAll(SHOWN)].map(([, path = '', test]) => ({ path, test }));

describe('docs/acceptance.md', () => {
  it.each(named)('names what exists: $path $test', ({ path, test }) => {
    expect(existsSync(`${REPOSITORY}${path}`)).toBe(true);
    if (test === undefined || !path.endsWith('.test.ts')) return;
    expect(readFileSync(`${REPOSITORY}${path}`, 'utf8').replaceAll('\\', '')).toContain(test.trim());
  });

  it('names tests', () => {
    expect(named.length).toBeGreaterThan(30);
  });
});
