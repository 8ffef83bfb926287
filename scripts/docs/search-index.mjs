/** The index that the search of the site reads: one entry for each heading and what stands below it. */
import MiniSearch from 'minisearch';
import { ALSO } from './also.mjs';
import { plainText } from './markdown.mjs';
import { SEARCH_OPTIONS } from './theme/search-options.js';

/** A script, since pages that were opened from a disk may not fetch. */
export function searchIndexOf(pages) {
  const index = new MiniSearch(SEARCH_OPTIONS);
  index.addAll(pages.flatMap(entriesOf));
  return `globalThis.SEARCH_INDEX = ${JSON.stringify(index)};\n`;
}

function entriesOf(page) {
  const entries = [];
  page.tokens.forEach((token, i) => {
    if (token.type === 'heading_open')
      entries.push(
        entryOf(page, token, { title: plainText(page.tokens[i + 1]), isFirst: entries.length === 0 }),
      );
    else if (page.tokens[i - 1]?.type !== 'heading_open') entries.at(-1)?.parts.push(textOf(token));
  });
  return entries.map(({ parts, ...entry }) => ({
    ...entry,
    text: parts.join(' ').replaceAll(/\s+/g, ' ').trim(),
  }));
}

function entryOf(page, heading, { title, isFirst }) {
  const id = isFirst ? page.file : `${page.file}#${heading.attrGet('id')}`;
  return { id, title, page: page.title, also: ALSO[id] ?? '', parts: [] };
}

function textOf(token) {
  if (token.type === 'inline') return plainText(token);
  return token.type === 'fence' ? token.content : '';
}
