/** Prints rows of equal length as columns; the first row is the heading. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => pad(String(cell), widths[column], column));
    console.log(`  ${cells.join('  ').trimEnd()}`);
  }
}

const pad = (text, width, column) => (column === 0 ? text.padEnd(width) : text.padStart(width));
