/** Makes tables of Markdown ones that a page can show. */

const MANY_COLUMNS = 5;
const LONG_TEXT = 80;

/** The tokens of each table. */
export function tablesOf(tokens) {
  return tokens.flatMap((token, i) => {
    if (token.type !== 'table_open') return [];
    return [tokens.slice(i, tokens.findIndex(({ type }, at) => at > i && type === 'table_close') + 1)];
  });
}

/** Alignment by class, no empty heads, and one row below the other where there are many columns and long texts. */
export function shapeTable(table) {
  const heads = cellsOf(table, 'th_open');
  const cells = cellsOf(table, 'td_open');
  for (const cell of [...heads, ...cells]) align(cell.open);
  const labels = heads.map(({ text }) => text.content);
  if (labels.length > MANY_COLUMNS) table[0].attrSet('class', 'wide');
  const hasLongTexts = cells.some(({ text }) => text.content.length > LONG_TEXT);
  if (labels.length >= MANY_COLUMNS && hasLongTexts) {
    table[0].attrSet('class', 'stack');
    for (const [i, { open }] of cells.entries()) open.attrSet('data-label', labels[i % labels.length]);
  }
  for (const { open, text, close } of heads) if (text.content === '') open.tag = close.tag = 'td';
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
