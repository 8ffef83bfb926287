/** Markdown to what a page of the site is made of. */
import MarkdownIt from 'markdown-it';
import { escapeHtml, highlight } from './highlight.mjs';
import { shapeTable, tablesOf } from './tables.mjs';

const FILE_COMMENT = /^<!-- file: (\S+) -->\s*$/;
const COMMENT = /^(?:<!--[\s\S]*?-->\s*)+$/;
const SENTENCE = /^.*?[.:?](?=\s|$)/s;
const LONG_NAME = 22;
const COPYABLE = '<button type="button" class="copy" hidden>Copy</button>';

const markdown = new MarkdownIt({ html: true, linkify: false, typographer: false });
markdown.renderer.rules.fence = renderFence;
markdown.renderer.rules.code_block = renderFence;
markdown.renderer.rules.code_inline = (tokens, i) => `<code>${breakable(tokens[i].content)}</code>`;
markdown.renderer.rules.html_block = () => '';
markdown.renderer.rules.table_open = (tokens, i) =>
  `<div class="table"><table${markdown.renderer.renderAttrs(tokens[i])}>\n`;
markdown.renderer.rules.table_close = () => '</table></div>\n';
markdown.renderer.rules.heading_close = (tokens, i) => {
  const { tag, meta } = tokens[i];
  if (meta === null) return `</${tag}>\n`;
  const label = escapeHtml(`Link to ${meta.text}`);
  return ` <a class="anchor" href="#${meta.id}" aria-label="${label}">#</a></${tag}>\n`;
};

/** The tokens of a page with its title, headings, summary and links; `faults` says what cannot be shown. */
export function parsePage(page) {
  const tokens = markdown.parse(page.text, {});
  const headings = nameHeadings(tokens);
  captionCode(tokens);
  for (const table of tablesOf(tokens)) shapeTable(table);
  const title = headings.find(({ level }) => level === 1)?.text;
  return {
    ...page,
    tokens,
    title: title ?? page.path,
    headings,
    summary: summaryOf(tokens),
    links: inlineOf(tokens, 'link_open'),
    pictures: inlineOf(tokens, 'image'),
    faults: [
      ...(title === undefined ? [`${page.path}: a page needs a heading of the first level`] : []),
      ...htmlOf(tokens).map((html) => `${page.path}: HTML is not shown: ${html.trim()}`),
    ],
  };
}

export function renderPage({ tokens }) {
  return markdown.renderer.render(tokens, markdown.options, {});
}

/** What inline markup says, without the markup. */
export function plainText({ children }) {
  return (children ?? [])
    .map(({ type, content }) => (type === 'softbreak' || type === 'hardbreak' ? ' ' : content))
    .join('');
}

/**
 * The anchors are those that code hosts make, so that links hold in both places. A level that was passed over is made up
 * for: who listens to a page takes it for a chapter that was missed.
 */
function nameHeadings(tokens) {
  const taken = new Map();
  let above = 0;
  return tokens.flatMap((token, i) => {
    if (token.type !== 'heading_open') return [];
    const text = plainText(tokens[i + 1]);
    const name = slugOf(text);
    const count = taken.get(name) ?? 0;
    taken.set(name, count + 1);
    const id = count === 0 ? name : `${name}-${count}`;
    token.attrSet('id', id);
    above = Math.min(Number(token.tag.slice(1)), above + 1);
    token.tag = tokens[i + 2].tag = `h${above}`;
    if (above > 1) tokens[i + 2].meta = { id, text };
    return [{ id, text, level: above }];
  });
}

function slugOf(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** A block under `<!-- file: PATH -->` has the path over it. */
function captionCode(tokens) {
  tokens.forEach((token, i) => {
    const comment = tokens[i - 1]?.type === 'html_block' ? tokens[i - 1].content.trim() : '';
    if (token.type === 'fence') token.meta = { caption: FILE_COMMENT.exec(comment)?.[1] };
  });
}

function summaryOf(tokens) {
  const first = tokens.findIndex(({ type, level }) => type === 'paragraph_open' && level === 0);
  if (first < 0) return '';
  const text = plainText(tokens[first + 1]).replaceAll(/\s+/g, ' ');
  const [sentence = text] = SENTENCE.exec(text) ?? [];
  return sentence.replace(/:$/, '.');
}

function inlineOf(tokens, wanted) {
  return tokens.flatMap(({ children }) => (children ?? []).filter(({ type }) => type === wanted));
}

/** Long names are broken between their parts, if they have to be. */
function breakable(code) {
  const isLong = code.split(' ').some(({ length }) => length > LONG_NAME);
  const parts = isLong ? code.split(/(?<=[_.={/,:])|(?<=[a-z])(?=[A-Z])/) : [code];
  return parts.map(escapeHtml).join('<wbr>');
}

function htmlOf(tokens) {
  return tokens
    .flatMap(({ type, content, children }) => [{ type, content }, ...(children ?? [])])
    .filter(({ type, content }) => /^html_/.test(type) && !COMMENT.test(content))
    .map(({ content }) => content);
}

function renderFence(tokens, i) {
  const { info = '', content, meta } = tokens[i];
  const [language = ''] = info.split(/\s/);
  const caption = meta?.caption ?? language;
  const label = caption === '' ? '' : `<figcaption>${escapeHtml(caption)}</figcaption>`;
  const code = highlight(content.trimEnd(), language);
  return `<figure class="code">${label}${COPYABLE}<pre><code>${code}\n</code></pre></figure>\n`;
}
