import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { REPOSITORY } from './server.js';

/** A fenced block of code of the documentation. */
export interface Snippet {
  /** Such as `docs/sse.md:11`. */
  readonly place: string;
  readonly page: string;
  readonly language: string;
  readonly code: string;
  /** The comment on the line above: what the block is, or why it is only shown. */
  readonly marker: string;
  /** The nearest heading above. */
  readonly heading: string;
}

const PAGES = ['README.md', 'docs/**/*.md', 'examples/**/README.md'];
const FENCE = /^```(\w*)$/;
const MARKER = /^<!-- (.*) -->$/;
const SHOWN_ONLY = /^snippet: shown only, because \S/;

/** All blocks of all pages, in their order. */
export function findSnippets(): readonly Snippet[] {
  const pages = globSync(PAGES, { cwd: REPOSITORY, ignore: ['**/node_modules/**'] }).sort();
  return pages.flatMap((page) => snippetsOf(page, readFileSync(REPOSITORY + page, 'utf8')));
}

/** Whether nothing is done with a block, for a reason that stands above it. */
export function isShownOnly({ marker }: Snippet): boolean {
  return SHOWN_ONLY.test(marker);
}

export function snippetsOf(page: string, text: string): readonly Snippet[] {
  const snippets: Snippet[] = [];
  const lines = text.split('\n');
  let heading = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (/^#+ /.test(line)) heading = line;
    const [, language] = FENCE.exec(line) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', i + 1);
    const [, marker = ''] = MARKER.exec(lines[i - 1] ?? '') ?? [];
    const code = `${lines.slice(i + 1, end).join('\n')}\n`;
    snippets.push({ place: `${page}:${i + 1}`, page, language, code, marker, heading });
    i = end;
  }
  return snippets;
}

/** The commands of a block of `console` or `sh`, without prompts, without what they print, each in one line. */
export function commandsOf({ code }: Snippet): readonly string[] {
  const lines = code
    .replaceAll(/(<<'?(\w+)'?)\n[\s\S]*?\n\2$/gm, '$1')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  const isPrompted = lines.some((line) => line.startsWith('$ '));
  const commands: string[] = [];
  for (const line of lines) {
    const last = commands.at(-1);
    if (last !== undefined && isOpen(last)) commands[commands.length - 1] = `${last} ${line.trim()}`;
    else if (!isPrompted || line.startsWith('$ '))
      commands.push(line.replace(/^\$ /, '').replace(/\s+#\s.*$/, ''));
  }
  return commands.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** Whether a quote is not at its end. */
function isOpen(line: string): boolean {
  return line.split("'").length % 2 === 0;
}
