/** How the index is made and read: the build and the page have to say the same. */
export const SEARCH_OPTIONS = {
  fields: ['title', 'page', 'text'],
  storeFields: ['title', 'page', 'text'],
  /** Names such as `limits.buffer_time` are found whole and by their parts. */
  tokenize: (text) => {
    const words = text.split(/[^\p{L}\p{N}_.$@-]+/u).map((word) => word.replaceAll(/^[.-]+|[.-]+$/g, ''));
    return words.flatMap((word) => (/[._-]/.test(word) ? [word, ...word.split(/[._-]+/)] : [word]));
  },
  searchOptions: { prefix: true, fuzzy: 0.15, combineWith: 'AND', boost: { title: 4, page: 2 } },
};
