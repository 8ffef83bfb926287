/**
 * Builds the documentation as a static site into `--out`. `--source` is the address of the repository's files, for links
 * to what is no page; `--base` the path at which the site will lie, for the page of what is not found. Fails with
 * everything that is wrong, and then writes nothing.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { notFoundHtml, pageHtml } from './layout.mjs';
import { resolveLinks } from './links.mjs';
import { llmsIndexOf, llmsTextOf } from './llms.mjs';
import { parsePage, renderPage } from './markdown.mjs';
import { findPages } from './pages.mjs';
import { resolvePictures } from './pictures.mjs';
import { searchIndexOf } from './search-index.mjs';
import { UNLISTED } from './sections.mjs';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const THEME = fileURLToPath(new URL('theme/', import.meta.url));

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: REPOSITORY },
    out: { type: 'string' },
    source: { type: 'string' },
    base: { type: 'string', default: '' },
  },
});
const root = resolve(values.root);
const out = resolve(values.out ?? join(root, 'dist/site'));

const { pages: found, unlisted } = findPages(root);
const pages = found.map(parsePage);
const pictures = resolvePictures(pages, root);
const faults = [
  ...pages.flatMap((page) => page.faults),
  ...resolveLinks(pages, { root, source: values.source }),
  ...pictures.faults,
];
for (const path of unlisted)
  console.log(`${path} is in no section of scripts/docs/sections.mjs: it is shown in ${UNLISTED}`);
if (faults.length > 0) {
  for (const fault of faults) console.error(fault);
  process.exitCode = 1;
} else {
  await write();
  console.log(`${pages.length} pages in ${out}`);
}

async function write() {
  const { version, description } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const files = {
    ...Object.fromEntries(
      pages.map((page) => [page.file, pageHtml(page, { pages, html: renderPage(page), version })]),
    ),
    '404.html': notFoundHtml(values.base),
    'llms.txt': llmsIndexOf(pages, description),
    'llms-full.txt': llmsTextOf(pages),
    'search-index.js': searchIndexOf(pages),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  copyFileSync(join(REPOSITORY, 'public/icon.svg'), join(out, 'icon.svg'));
  for (const [from, name] of pictures.copies) copyFileSync(from, join(out, name));
  await bundle('site.css');
  await bundle('theme.js');
  await bundle('site.js');
}

/** One style sheet, and plain scripts: modules cannot be loaded by a page that was opened from a disk. */
function bundle(name) {
  return build({
    entryPoints: [join(THEME, name)],
    outfile: join(out, name),
    format: 'iife',
    bundle: true,
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  });
}
