import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRouting, loadSettings } from '../../src/config/index.js';
import { testFolder } from '../support/folder.js';
import { REPOSITORY } from '../support/server.js';

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'examples/README.md',
  ...readdirSync(`${REPOSITORY}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A block under `<!-- file: PATH -->` is that file. */
const FILE_BLOCK = /<!-- file: (\S+) -->\n```\w+\n([\s\S]*?\n)```/g;

/** What settings may be read from. */
const VARIABLES = [
  ...['SHOP_API_KEY', 'SENSOR_KEY', 'TICKET_SECRET', 'ORO_SECRET', 'ORO_DB_DSN', 'JWT_SECRET'],
  ...['JOE_SECRET', 'ANN_SECRET', 'ANN_TICKET', 'CAROL_STORED_KEY', 'CAROL_SERVER_KEY', 'SYSTEM_SECRET'],
];
const OCTETS = Buffer.alloc(32, 7).toString('base64');

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(REPOSITORY + page, 'utf8');

  it('links to what exists', () => {
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
    const links = [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link ?? '');
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it('shows the files of examples as they are', () => {
    for (const [, file = '', block] of text.matchAll(FILE_BLOCK)) {
      expect(block, file).toBe(readFileSync(REPOSITORY + file, 'utf8'));
    }
  });

  it('shows routes and settings that load', async () => {
    for (const [, kind, block = ''] of text.matchAll(
      /<!-- (routing|settings) -->\n```yaml\n([\s\S]*?\n)```/g,
    )) {
      expect(kind === 'routing' ? await routingFindings(block) : await settingsFindings(block)).toEqual([]);
    }
  });
});

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(REPOSITORY, resolve(REPOSITORY, dirname(page), path));
  if (!existsSync(REPOSITORY + target)) return false;
  return anchor === undefined || anchors(readFileSync(REPOSITORY + target, 'utf8')).includes(anchor);
}

/** The anchors that a code host makes of headings. */
function anchors(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

async function routingFindings(yaml: string): Promise<readonly string[]> {
  const folder = testFolder({ 'routes.yml': yaml });
  const defaultAccess = { subscribe: ['user'], publish: ['backend'] };
  const { findings } = await loadRouting({ sources: [folder], defaultAccess });
  return findings.map(({ message }) => message);
}

async function settingsFindings(yaml: string): Promise<readonly string[]> {
  const folder = testFolder({ 'signalbox.yml': yaml, 'topics/handler.ts': '' });
  const env = Object.fromEntries(
    VARIABLES.map((name) => [name, name.endsWith('_KEY') ? OCTETS : 'x'.repeat(32)]),
  );
  const { findings } = await loadSettings({ file: `${folder}/signalbox.yml`, env });
  return findings.map(({ message }) => message);
}

describe('docs/architecture.md', () => {
  const text = readFileSync(`${REPOSITORY}docs/architecture.md`, 'utf8');
  const sources = ['src', 'topics'].flatMap((folder) =>
    readdirSync(REPOSITORY + folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => ({
        path: `${folder}/${path}`,
        code: readFileSync(`${REPOSITORY}${folder}/${path}`, 'utf8'),
      })),
  );

  it('names files that exist', () => {
    const named = [...text.matchAll(/(?<![\w./-])((?:src\/)?[a-z0-9-]+(?:\/[a-z0-9-]+)+\.ts)\b/g)];
    const missing = named
      .map(([, path = '']) => path)
      .filter((path) => !sources.some((file) => ends(file.path, path)));
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(40);
  });

  it('names classes and methods that exist', () => {
    const named = [...text.matchAll(/`([A-Z]\w+)\.(#?\w+)`/g)];
    const missing = named.filter(([, owner, method]) => {
      const file = sources.find(({ code }) => new RegExp(`class ${owner}[ <]`).test(code));
      return file === undefined || !new RegExp(`${method}[(<\\s=]`).test(file.code);
    });
    expect(missing.map(([name]) => name)).toEqual([]);
    expect(named.length).toBeGreaterThan(15);
  });
});

function ends(path: string, named: string): boolean {
  return path === named || path.endsWith(`/${named}`);
}
