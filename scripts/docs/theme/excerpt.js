const BEFORE = 50;
const LENGTH = 180;

/** A piece of a text around the longest of some words that it has. */
export function excerptOf(text, words) {
  const lower = text.toLowerCase();
  const word = [...words].sort((a, b) => b.length - a.length).find((candidate) => lower.includes(candidate));
  const from = word === undefined ? 0 : Math.max(0, lower.indexOf(word) - BEFORE);
  const begin = from === 0 ? 0 : text.indexOf(' ', from) + 1;
  return (
    (begin > 0 ? '… ' : '') + text.slice(begin, begin + LENGTH) + (begin + LENGTH < text.length ? ' …' : '')
  );
}

/** The text as nodes, in which the words are marked. */
export function marked(text, words) {
  const pattern = [...words]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|');
  if (pattern === '') return [text];
  return text.split(new RegExp(`(${pattern})`, 'gi')).map((part, i) => {
    if (i % 2 === 0) return part;
    const mark = document.createElement('mark');
    mark.textContent = part;
    return mark;
  });
}
