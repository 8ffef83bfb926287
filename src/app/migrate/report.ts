import type { Finding, GosNote, GosNoteKind } from '../../config/index.js';
import type { Migration } from './migration.js';

/** What the server says about what was made: findings, or what kept it from looking. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly failure: string | undefined;
}

const ALWAYS = [
  'Access and handler decide before the join, and an error refuses; before, who was refused had joined already.',
  'A refused subscription is an error for itself; the connection and its other subscriptions live on.',
  'Clients publish only where a route says so, as in `access: { publish: user }`; back ends publish with a key.',
  'Channels are matched whole, and a trailing slash is not passed over.',
  'Timers belong to live channels, not to handler objects.',
  'A ticket counts once, and a user who loses a role loses the channels at once.',
];

/** `MIGRATION.md`. */
export function migrationReport(from: string, { copies, notes }: Migration, checked: Checked): string {
  return [
    `# Migration of ${from}`,
    '',
    'Written by `signalbox migrate gos`, which has read the installation and changed nothing there. Lines are `file:line` of the',
    'installation.',
    '',
    '## Taken over',
    '',
    ...table(
      ['Routing file', 'is'],
      copies.map((copy) => [code(copy.from), code(copy.to)]),
    ),
    ...list(notes, 'taken'),
    '## Different',
    '',
    ...list(notes, 'differs', false),
    ...ALWAYS.map((text) => `- ${text}`),
    '',
    '## To do',
    '',
    ...todos(notes, checked),
    '- [ ] Let the application make tickets, or let this server take those of Oro (docs/migration.md, docs/access.md).',
    '- [ ] Let the application publish over HTTP (docs/migration.md).',
    '- [ ] Let the pages connect: list their origins, and point the proxy here (docs/operations.md).',
    '',
    'Then `signalbox check` until there is nothing to report, and `signalbox make route-test ROUTE` for each private channel.',
    '',
    '## Start',
    '',
    '```sh',
    'export SIGNALBOX_API_KEY=...   # what PHP publishes with; both are made for you where you leave them out',
    'export SIGNALBOX_SECRET=...    # what PHP signs tickets with; at least 32 random characters',
    'signalbox serve --config signalbox.yml',
    '```',
    '',
    'It may run beside the old server: pages come when the proxy leads them here. `signalbox explain subscribe CHANNEL --as user:5` says',
    'who may do what, and why.',
    '',
  ].join('\n');
}

function todos(notes: readonly GosNote[], { findings, failure }: Checked): readonly string[] {
  const own = notes.filter(({ kind }) => kind === 'todo').map((note) => `- [ ] ${place(note)}${note.text}`);
  const found = findings.map(
    ({ file, line, message, hint }) => `- [ ] \`${file}:${line}\` ${message}: ${hint}`,
  );
  return [...own, ...found, ...(failure === undefined ? [] : [`- [ ] ${failure}`])];
}

function list(notes: readonly GosNote[], kind: GosNoteKind, ends = true): readonly string[] {
  const lines = notes.filter((note) => note.kind === kind).map((note) => `- ${place(note)}${note.text}`);
  return lines.length === 0 ? [] : [...lines, ...(ends ? [''] : [])];
}

function place({ at }: GosNote): string {
  return at === undefined ? '' : `${code(`${at.file}:${at.line}`)} `;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return ['No routing files were found.', ''];
  const cells = [head, head.map(() => '---'), ...rows];
  return [...cells.map((row) => `| ${row.join(' | ')} |`), ''];
}

function code(text: string): string {
  return `\`${text.replaceAll(/[`|\n]/g, ' ')}\``;
}
