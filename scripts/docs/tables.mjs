/** Makes tables of Markdown ones that a page can show. */

const MANY_COLUMNS = 5;
const LONG_TEXT = 80;
const PROSE = 30;
const LONG_WORD = 24;

/** The tokens of each table. */
export function tablesOf(tokens) {
  return tokens.flatMap((token, i) => {
    if (token.type !== 'table_open') return [];
    return [tokens.slice(i, tokens.findIndex(({ type }, at) => at > i && type === 'table_close') + 1)];
  });
}

/**
 * Alignment by class, no empty heads, and one row below the other where there are many columns and long texts, on narrow screens
 * where there is any text. Words that are longer than a column should be may be broken.
 */
export function shapeTable(table) {
  const heads = cellsOf(table, 'th_open');
  const cells = cellsOf(table, 'td_open');
  for (const cell of [...heads, ...cells]) align(cell.open);
  for (const { open } of cells.filter(({ text }) => hasLongWord(text))) open.attrJoin('class', 'long');
  const labels = heads.map(({ text }) => text.content);
  const shape = shapeOf(labels.length, Math.max(0, ...cells.map(({ text }) => text.content.length)));
  if (shape !== undefined) table[0].attrSet('class', shape);
  if (shape === 'stack' || (shape === 'fold' && labels.length > 2))
    for (const [i, { open }] of cells.entries()) open.attrSet('data-label', labels[i % labels.length]);
  for (const { open, text, close } of heads) if (text.content === '') open.tag = close.tag = 'td';
}

function shapeOf(columns, longestText) {
  if (columns >= MANY_COLUMNS && longestText > LONG_TEXT) return 'stack';
  if (columns > MANY_COLUMNS) return 'wide';
  return longestText > PROSE ? 'fold' : undefined;
}

function hasLongWord({ children }) {
  return (children ?? []).some(({ content }) => content.split(/\s/).some(({ length }) => length > LONG_WORD));
}

function cellsOf(table, type) {
  return table.flatMap((open, i) =>
    open.type === type ? [{ open, text: table[i + 1], close: table[i + 2] }] : [],
  );
}

/** The policy of the pages forbids styles within them. */
function align(open) {
  const style = open.attrGet('style');
  if (style !== null) open.attrs = [['class', style.replace('text-align:', 'align-')]];
}
