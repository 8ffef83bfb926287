/** Finds the pages of the site among the files of the repository. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { SECTIONS, UNLISTED } from './sections.mjs';

const FILES = ['README.md', 'CHANGELOG.md', 'docs/**/*.md', 'examples/**/README.md'];
const NAMES = { 'README.md': 'index', 'docs/README.md': 'documentation' };

/** The pages in the order of the sidebar, and those of them that no section lists. */
export function findPages(root) {
  const found = globSync(FILES, { cwd: root, ignore: ['**/node_modules/**'] }).sort();
  const listed = new Set(SECTIONS.flatMap(([, paths]) => paths));
  const unlisted = found.filter((path) => !listed.has(path));
  const pages = SECTIONS.flatMap(([section, paths]) =>
    [...paths.filter((path) => found.includes(path)), ...(section === UNLISTED ? unlisted : [])].map(
      (path) => ({
        path,
        section,
        file: `${nameOf(path)}.html`,
        text: readFileSync(join(root, path), 'utf8'),
      }),
    ),
  );
  return { pages, unlisted };
}

/** All pages lie in one folder, so every link among them is the name of a file. */
function nameOf(path) {
  if (path in NAMES) return NAMES[path];
  return path
    .replace(/^docs\//, '')
    .replace(/(\/README)?\.md$/, '')
    .replaceAll('/', '-')
    .toLowerCase();
}
