import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FINDING_CODES, type Finding, formatFindings } from '../../src/config/index.js';
import type { Route } from '../../src/core/route.js';
import { RouteTable, ruleFault } from '../../src/router/index.js';
import { load, loadTests } from './harness.js';

const ROUTES = readFileSync(new URL('../../docs/routes.md', import.meta.url), 'utf8');
const SETTINGS = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
const HANDLERS_DOC = readFileSync(new URL('../../docs/handlers.md', import.meta.url), 'utf8');
const MIGRATION = readFileSync(new URL('../../docs/migration.md', import.meta.url), 'utf8');
const HANDLERS = new Set(['chat.room', 'chat.lobby', 'broadcast']);
/** What an example in YAML cannot show. */
const UNSHOWN = ['file-unreadable', 'file-too-large', 'not-utf8'];

describe('the documentation of findings', () => {
  it('names every code that there is', () => {
    const documented = [ROUTES, SETTINGS, HANDLERS_DOC, MIGRATION].flatMap(headings);
    expect(documented.toSorted()).toEqual(Object.keys(FINDING_CODES).sort());
  });

  it.each(headings(ROUTES).filter((code) => !UNSHOWN.includes(code)))(
    'shows %s by an example',
    async (code) => {
      const findings = await findingsOf(examples(code));
      expect(findings.map((finding) => finding.code)).toContain(code);
      // an example shows one thing: what is wrong beside it follows from it
      expect(new Set(findings.map((finding) => finding.code)).size, formatFindings(findings)).toBe(1);
    },
  );

  it('shows routes that have no fault in its introduction', async () => {
    const introduction = ROUTES.slice(0, ROUTES.indexOf('## Files'));
    const { routes, findings } = await load(blocks(introduction)[0] ?? '', { handlers: HANDLERS });
    expect(formatFindings(findings)).toBe('');
    expect(routes).toHaveLength(1);
  });
});

function servedBy(routes: readonly Route[]): (channel: string) => boolean {
  const table = new RouteTable(routes);
  return (channel) => table.match(channel) !== undefined;
}

/** What is wrong with routing files, or with a route test. */
async function findingsOf(files: Record<string, string>): Promise<readonly Finding[]> {
  if (Object.keys(files).some((name) => name.includes('.route-test.')))
    return (await loadTests(files)).findings;
  return (await load(files, { handlers: HANDLERS, checkRule: ruleFault, servedBy })).findings;
}

function headings(text: string): string[] {
  return [...text.matchAll(/^####? `([a-z0-9-]+)`$/gm)].map(([, code]) => code ?? '');
}

/** The files of an example: one, or several that begin with a comment naming them. */
function examples(code: string): Record<string, string> {
  const [, section = ''] = ROUTES.split(`\n#### \`${code}\`\n`);
  const found = blocks(section.split(/\n###/)[0] ?? '');
  return Object.fromEntries(found.map((text) => [/^# (\S+\.yml)\n/.exec(text)?.[1] ?? 'routes.yml', text]));
}

function blocks(text: string): string[] {
  return [...text.matchAll(/^```yaml\n([\s\S]*?\n)```$/gm)].map(([, block]) => block ?? '');
}
