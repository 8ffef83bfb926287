/** How the index is made and read: the build and the page have to say the same. */
export const SEARCH_OPTIONS = {
  fields: ['title', 'page', 'text'],
  storeFields: ['title', 'page', 'text'],
  tokenize: (text) => wordsOf(text).flatMap((word) => [word, ...partsOf(word)]),
  /** What is looked for is not taken apart: `limits.buffer` is not everything that has limits. */
  searchOptions: {
    tokenize: wordsOf,
    prefix: true,
    fuzzy: (word) => (word.length > 4 ? 0.15 : false),
    combineWith: 'AND',
    boost: { title: 4, page: 2 },
  },
};

/** Names such as `limits.buffer_time` are one word. */
function wordsOf(text) {
  const words = text.split(/[^\p{L}\p{N}_.$@-]+/u).map((word) => word.replaceAll(/^[.-]+|[.-]+$/g, ''));
  return words.filter((word) => word !== '');
}

function partsOf(word) {
  const parts = word.split('.');
  const all = [
    ...(parts.length > 1 ? parts : []),
    ...parts.flatMap((part) => (/[_-]/.test(part) ? part.split(/[_-]+/) : [])),
  ];
  return all.filter((part) => part !== '');
}
