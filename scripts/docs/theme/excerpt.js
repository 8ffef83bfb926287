const BEFORE = 50;
const LENGTH = 180;

/** A piece of a text around the first of some words. */
export function excerptOf(text, words) {
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word)).filter((place) => place >= 0);
  const from = Math.max(0, Math.min(...places, text.length) - BEFORE);
  const begin = from === 0 || places.length === 0 ? 0 : text.indexOf(' ', from) + 1;
  return (
    (begin > 0 ? '… ' : '') + text.slice(begin, begin + LENGTH) + (begin + LENGTH < text.length ? ' …' : '')
  );
}

/** The text as nodes, in which the words are marked. */
export function marked(text, words) {
  const pattern = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  if (pattern === '') return [text];
  return text.split(new RegExp(`(${pattern})`, 'gi')).map((part, i) => {
    if (i % 2 === 0) return part;
    const mark = document.createElement('mark');
    mark.textContent = part;
    return mark;
  });
}
