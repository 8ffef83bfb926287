/** Points links at the pages of the site, and finds those that lead nowhere. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';

const NAME_OF_FILE = /^(?:docs\/)?[\w-]+\.md$/;
const ELSEWHERE = /^[a-z][a-z+.-]*:/i;

/**
 * Rewrites the links of parsed pages in place and returns what is broken. A link to a file that is no page leads to
 * `source`, the address of the repository's files; without one it becomes plain text that names the file.
 */
export function resolveLinks(pages, { root, source }) {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) =>
    page.links.flatMap((link) => {
      const href = link.attrGet('href') ?? '';
      if (ELSEWHERE.test(href)) {
        link.attrSet('rel', 'noreferrer');
        return [];
      }
      const fault = resolve(page, link, href, { byPath, root, source });
      return fault === undefined ? [] : [`${page.path}: the link to ${href} is broken: ${fault}`];
    }),
  );
}

function resolve(page, link, href, { byPath, root, source }) {
  const [path, anchor] = href.split('#');
  const target = path === '' ? page.path : posix.join(posix.dirname(page.path), decodeURI(path));
  const other = byPath.get(target) ?? byPath.get(posix.join(target, 'README.md'));
  if (other === undefined) return toSource(page, link, target, { root, source });
  if (anchor !== undefined && !other.headings.some(({ id }) => id === anchor))
    return `${other.path} has no heading #${anchor}`;
  link.attrSet('href', (other === page ? '' : other.file) + (anchor === undefined ? '' : `#${anchor}`));
  if (other === page && anchor === undefined) link.attrSet('href', page.file);
  nameTitle(page, link, other);
  return undefined;
}

/** Where the text of a link is the name of a file, readers of the site see the title of the page. */
function nameTitle(page, link, other) {
  const children = siblingsOf(page, link);
  const text = children[children.indexOf(link) + 1];
  if (text?.type === 'text' && NAME_OF_FILE.test(text.content)) text.content = other.title;
}

function toSource(page, link, target, { root, source }) {
  if (target.startsWith('..') || !existsSync(join(root, target))) return `there is no ${target}`;
  if (source !== undefined) {
    link.attrSet('href', new URL(target, source).href);
    return undefined;
  }
  link.tag = 'span';
  link.attrs = [
    ['class', 'source'],
    ['title', `${target} in the repository`],
  ];
  closeOf(page, link).tag = 'span';
  return undefined;
}

function closeOf(page, link) {
  const children = siblingsOf(page, link);
  return children.slice(children.indexOf(link)).find(({ type }) => type === 'link_close');
}

function siblingsOf(page, link) {
  return page.tokens.find((token) => token.children?.includes(link)).children;
}
