import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importText } from '../config/activemq/imported.js';
import { REPOSITORY } from '../support/server.js';

const PAGE = readFileSync(`${REPOSITORY}docs/migration.md`, 'utf8');
const [, IMPORT = ''] = PAGE.split("\n## From ActiveMQ's authorizationMap\n");

describe('docs/migration.md', () => {
  it('shows what the import makes of its authorizationMap', async () => {
    const [, xml = ''] = /<!-- activemq -->\n```xml\n([\s\S]*?)```/.exec(IMPORT) ?? [];
    const [, yaml = ''] = /<!-- routing -->\n```yaml\n([\s\S]*?)```/.exec(IMPORT) ?? [];
    const { text } = await importText(xml, { guests: ['anyone'] });
    expect(yaml).not.toBe('');
    expect(text.slice(text.indexOf('\n\n') + 2)).toBe(yaml);
  });

  const examples = [...IMPORT.matchAll(/^#### `([a-z-]+)`\n[^#]*?```xml\n([\s\S]*?)```/gm)];

  it.each(examples.map(([, code = '', xml = '']) => [code, xml]))(
    'shows %s by an example',
    async (code, xml) => {
      const { findings } = await importText(xml);
      expect(findings.map((finding) => finding.code)).toEqual([code]);
    },
  );

  it('shows all codes but one by an example', () => {
    expect(examples).toHaveLength(9);
  });
});
