import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import MiniSearch, { type Options, type SearchResult } from 'minisearch';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { makeFolder, testFolder } from '../support/folder.js';
import { type Outcome, run } from '../support/run.js';
import { REPOSITORY } from '../support/server.js';

const BUILD = `${REPOSITORY}scripts/docs/build.mjs`;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
const PHONE = { viewport: { width: 390, height: 844 } };

/** What users ask, and a heading that answers it. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'how do I authorise a channel': 'access.html#rules',
  'nginx timeout': 'deployment.html#behind-a-proxy',
  'replay after reconnect': 'delivery.html#coming-back',
  'php publish': 'publishing.html#from-php',
  'socket.io rooms': 'migrate-socketio.html',
  'who is online': 'presence.html',
  'scale to several nodes': 'nodes.html',
  'deploy without downtime': 'operations.html#drain-and-rolling-restarts',
  'unit test a handler': 'handlers.html#tests',
  CORS: 'access.html#pages-of-other-origins',
  logout: 'access.html#how-long-an-identity-lasts',
  'getting started': 'tutorial.html',
  'limits.buffer_time': 'operations.html#slow-consumers',
};

interface Search {
  readonly index: MiniSearch;
  readonly also: Readonly<Record<string, string>>;
  find(index: MiniSearch, question: string): readonly SearchResult[];
}

const chromium = findChromium();

function build(...args: readonly string[]): Promise<Outcome> {
  return run(process.execPath, [BUILD, ...args]);
}

/** Builds a site of these files and returns what the build said. */
async function buildOf(files: Readonly<Record<string, string>>): Promise<Outcome & { readonly out: string }> {
  const root = testFolder({ 'README.md': '# signalbox\n\nText.\n', ...files });
  return { ...(await build('--root', root)), out: join(root, 'dist/site') };
}

describe('npm run docs', () => {
  it.each([
    [
      'a page that is not there',
      '[x](docs/no.md)',
      'the link to docs/no.md is broken: there is no docs/no.md',
    ],
    ['a heading that is not there', '[x](docs/a.md#no)', 'docs/a.md has no heading #no'],
    ['a heading of its own that is not there', '[x](#no)', 'README.md has no heading #no'],
    ['a file outside the repository', '[x](../../etc)', 'there is no ../../etc'],
    ['a picture that is not there', '![x](docs/no.png)', 'there is no picture docs/no.png'],
    ['HTML', '<b onclick="x()">text</b>', 'HTML is not shown'],
  ])('fails at %s', async (_what, markdown, fault) => {
    const { code, stderr, out } = await buildOf({
      'README.md': `# A\n\n${markdown}\n`,
      'docs/a.md': '# A\n',
    });
    expect(code).toBe(1);
    expect(stderr).toContain(fault);
    expect(() => readdirSync(out)).toThrow();
  });

  it('shows a page that no section names in Reference, and says so', async () => {
    const { code, stdout, out } = await buildOf({
      'docs/new.md': '# Something new\n\nIt is *new*. And more.\n',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('docs/new.md is in no section');
    expect(readFileSync(`${out}/index.html`, 'utf8')).toMatch(
      /Reference<\/h2>\s*<ul>\s*<li><a href="new.html">/,
    );
    expect(readFileSync(`${out}/llms.txt`, 'utf8')).toContain('- [Something new](new.html): It is new.\n');
  });

  it('takes a page with two headings of the first level', async () => {
    expect((await buildOf({ 'docs/a.md': '# A\n\n# B\n' })).code).toBe(0);
  });

  it('gives headings the anchors that code hosts give them', async () => {
    const { code } = await buildOf({
      'README.md':
        '# A\n\n[1](#what-a_b--c-is) [2](#what-a_b--c-is-1)\n\n## What `a_b` & (c) is?\n\n## What a_b & c is\n',
    });
    expect(code).toBe(0);
  });

  it('links to files that are no pages where it is told where they are', async () => {
    const files = { 'README.md': '# A\n\n[code](src/x.ts)\n', 'src/x.ts': '' };
    const root = testFolder(files);
    await build('--root', root, '--source', 'https://example.com/tree/main/');
    const index = () => readFileSync(join(root, 'dist/site/index.html'), 'utf8');
    expect(index()).toContain('<a href="https://example.com/tree/main/src/x.ts">code</a>');
    await build('--root', root);
    expect(index()).toContain('<span class="source" title="src/x.ts in the repository">code</span>');
  });

  it('puts rows below each other where a table has many columns and long texts', async () => {
    const table = (text: string) => `|a|b|c|d|e|\n|-|-|-|-:|-|\n|1|2|3|4|${text}|\n`;
    const { out } = await buildOf({ 'README.md': `# A\n\n${table('short')}\n${table('long '.repeat(20))}` });
    const html = readFileSync(`${out}/index.html`, 'utf8');
    expect(html.match(/<table( class="stack")?>/g)).toEqual(['<table>', '<table class="stack">']);
    expect(html).toContain('<td class="align-right">4</td>');
    expect(html).toContain('<td data-label="b">2</td>');
  });

  it('brings the pictures that pages show', async () => {
    const { out } = await buildOf({
      'docs/a.md': '# A\n\n![a plan](plans/b.svg)\n',
      'docs/plans/b.svg': '<svg/>',
    });
    expect(readFileSync(`${out}/a.html`, 'utf8')).toContain('<img src="docs-plans-b.svg" alt="a plan">');
    expect(readFileSync(`${out}/docs-plans-b.svg`, 'utf8')).toBe('<svg/>');
  });

  it('lets no text of a page become markup', async () => {
    const { out } = await buildOf({
      'README.md': '# `<i>`\n\n## <\\/title> "x"\n\n## Z\n\n```js\n"</script><b>"\n```\n\n`<b>`\n',
    });
    const html = readFileSync(`${out}/index.html`, 'utf8');
    expect(html.replaceAll(/<title>signalbox<\/title>/g, '')).not.toMatch(/<i>|<b>|<\/title>|<\/script><b/);
  });
});

describe('the site', { timeout: 120_000 }, () => {
  const folder = makeFolder();
  const open = useBrowser(chromium);
  const home = pathToFileURL(join(folder, 'index.html')).href;
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/some\/prefix\//, '');
    try {
      const text = readFileSync(join(folder, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(text);
    } catch {
      response.writeHead(404).end();
    }
  });
  let served = '';

  beforeAll(async () => {
    const { code, stderr } = await build('--out', folder);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    served = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/some/prefix/index.html`;
  });
  afterAll(() => void server.close());

  /** What the search of a page does, with the index that it reads. */
  async function search(): Promise<Search> {
    const of = (path: string) => import(pathToFileURL(`${REPOSITORY}scripts/docs/${path}`).href);
    const { find, SEARCH_OPTIONS } = (await of('theme/search-options.js')) as Omit<
      Search,
      'index' | 'also'
    > & {
      readonly SEARCH_OPTIONS: Options;
    };
    const { ALSO } = (await of('also.mjs')) as { readonly ALSO: Search['also'] };
    const text = readFileSync(join(folder, 'search-index.js'), 'utf8');
    const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
    return { find, also: ALSO, index: MiniSearch.loadJSON(json, SEARCH_OPTIONS) };
  }

  const pages = () => readdirSync(folder).filter((name) => name.endsWith('.html') && name !== '404.html');

  it('has every page of the documentation', () => {
    const markdown = readdirSync(`${REPOSITORY}docs`).filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    );
    const expected = markdown.map((name) => name.replace('.md', '.html'));
    expect(pages()).toEqual(expect.arrayContaining([...expected, 'index.html', 'changelog.html']));
    const all = readFileSync(join(folder, 'llms-full.txt'), 'utf8');
    for (const name of markdown) expect(all).toContain(`<!-- docs/${name} -->`);
  });

  it('answers what people ask with the right page among the first three', async () => {
    const { find, index } = await search();
    const answers = Object.keys(QUESTIONS).map((question) => [
      question,
      find(index, question)
        .slice(0, 3)
        .map(({ id }) => id),
    ]);
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(
        Object.entries(QUESTIONS).map(([question, page]) => [question, expect.arrayContaining([page])]),
      ),
    );
    expect(find(index, 'the')).not.toEqual([]);
    expect(find(index, 'qwertyuiop')).toEqual([]);
  });

  it('knows words of readers for headings that there are', async () => {
    const { also, index } = await search();
    expect(Object.keys(also).filter((id) => index.getStoredFields(id) === undefined)).toEqual([]);
  });

  it('names no address from which a browser would load', () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.html'))) {
      const html = readFileSync(join(folder, name), 'utf8');
      expect(html).toContain('default-src &#39;none&#39;'.replaceAll('&#39;', "'"));
      expect(
        [...html.matchAll(/<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"/g)].map(([, url]) => url),
      ).toSatisfy((urls: string[]) => urls.every((url) => /^[a-z.]+$/.test(url)));
    }
  });

  it.skipIf(chromium === undefined)('is without faults for readers of every kind', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults } = await open(home, { colorScheme, bypassCSP: true });
      for (const name of ['index.html', 'capacity.html', 'errors.html', '404.html']) {
        await page.goto(pathToFileURL(join(folder, name)).href);
        expect(await violations(page), `${name}, ${colorScheme}`).toEqual([]);
      }
      await page.goto(home);
      await page.keyboard.press('/');
      await page.keyboard.type('ticket');
      await page.getByRole('option').first().waitFor();
      expect(await violations(page), `the search, ${colorScheme}`).toEqual([]);
      await page.keyboard.press('Escape');
      await page.setViewportSize(PHONE.viewport);
      await page.getByRole('button', { name: 'Pages' }).click();
      expect(await violations(page), `the menu, ${colorScheme}`).toEqual([]);
      expect(faults).toEqual([]);
    }
  });

  it.skipIf(chromium === undefined)('fits a phone', async () => {
    const { page, faults } = await open(home, PHONE);
    for (const name of pages()) {
      await page.goto(pathToFileURL(join(folder, name)).href);
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(390);
    }
    await page.getByRole('button', { name: 'Pages' }).click();
    await page.getByRole('link', { name: 'Handlers' }).click();
    await page.waitForURL(/handlers\.html$/);
    expect(faults).toEqual([]);
  });

  it.skipIf(chromium === undefined)('finds a setting from the keyboard, opened from a disk', async () => {
    const { page, faults } = await open(home);
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.url()));
    await page.keyboard.press('/');
    await page.keyboard.type('limits.buffer_time');
    await page.getByRole('option', { name: /Operations › Slow consumers/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\.html#/);
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
    expect(faults).toEqual([]);
  });

  it.skipIf(chromium === undefined)('is the same below a path of a server, and copies commands', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const { page, faults } = await open(served, { permissions });
    await page.getByRole('link', { name: 'Presence', exact: true }).first().click();
    const block = page.locator('figure', { hasText: '$ curl' });
    await block.hover();
    await block.getByRole('button', { name: 'Copy' }).click();
    await block.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toMatch(/^curl .*channel=doc\/5'\n$/);
    expect(faults).toEqual([]);
  });

  it.skipIf(chromium === undefined)('keeps the colours that were chosen', async () => {
    const { page } = await open(home, { colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: 'Dark colours' }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await ground()).toBe(dark);
  });
});

/** The tool writes styles into the page, which its policy forbids: where it runs the policy does not. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = (await page.evaluate('axe.run({ preload: false })')) as axe.AxeResults;
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
