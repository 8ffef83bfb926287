/** How the index is made and read: the build and the page have to say the same. */
export const SEARCH_OPTIONS = {
  fields: ['title', 'page', 'also', 'text'],
  storeFields: ['title', 'page', 'text'],
  tokenize: (text) => wordsOf(text).flatMap((word) => [word, ...partsOf(word)]),
  /** What is looked for is not taken apart: `limits.buffer` is not everything that has limits. */
  searchOptions: {
    tokenize: wordsOf,
    prefix: true,
    fuzzy: (word) => (word.length > 4 ? 0.15 : false),
    boost: { title: 4, page: 2, also: 3 },
    boostDocument: weightOf,
  },
};

/** Pages that tell how something came about come after those that say how it is. */
const RECORDS = /^(?:acceptance|architecture|attacks|changelog|decisions)\.html/;

/** Words of a question that say nothing of what is asked for. */
const FILLERS = new Set(
  'a an and are at be by can do does for from get how i if in is it me my of on or the this to use using what when where which who why with'.split(
    ' ',
  ),
);

/** What fits a question best, first: the more of its words an entry has, the better. */
export function find(index, question) {
  const words = wordsOf(question);
  const telling = words.filter((word) => !FILLERS.has(word.toLowerCase()));
  const asked = telling.length === 0 ? words : telling;
  return index
    .search(asked.join(' '))
    .map((result) => ({ ...result, score: result.score * (result.queryTerms.length / asked.length) ** 2 }))
    .sort((a, b) => b.score - a.score);
}

function weightOf(id) {
  return RECORDS.test(id) ? 0.3 : 1;
}

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
