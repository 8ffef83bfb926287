import { fileURLToPath } from 'node:url';
import { SourceFile, shownName } from '../config/index.js';
import type { LoadedText } from './missing-exports.js';
import { reasonOf } from './thrown-at.js';

/** As the translator says of what it cannot read, by throwing when it is run. Columns count from 0. */
const UNREADABLE = /^exports\.__JITI_ERROR__ = (\{.*\})/;
const MISSING = /^Cannot find (?:module|package) '([^']+)'(?: imported from (.+)|\nRequire stack:\n- (.+))?/;
/** The first line of a stack whose error comes before anything runs. */
const UNLINKED = /^(file:.+):(\d+)\n/;

/** What may be looked at to find out why a file did not load. */
export interface Suspects {
  /** The file, and what it imports. */
  readonly files: readonly LoadedText[];
  /** The file as it would be run. */
  translate(loaded: LoadedText): string;
  /** The module that asked for it, as a URL. */
  readonly caller: string;
}

/** Why a file did not load, with the place, and what to do about it where that is known. */
export function loadFault(cause: unknown, suspects: Suspects): string {
  const { message = '', stack = '' } = cause instanceof Error ? cause : {};
  const isUnreadable = cause instanceof SyntaxError || message.startsWith('ParseError');
  return (
    (isUnreadable ? unreadable(suspects) : undefined) ??
    missingFile(message, suspects) ??
    unlinked(message, stack) ??
    reasonOf(cause, suspects.caller)
  );
}

/** Node does not tell where it stopped to read a module, so it is read once more. */
function unreadable({ files, translate }: Suspects): string | undefined {
  for (const loaded of files) {
    const [, fault] = UNREADABLE.exec(translate(loaded)) ?? [];
    if (fault === undefined) continue;
    const { message = '', line = 1, column = 0 } = JSON.parse(fault);
    return shown(String(message).trim().replace(/\.$/, ''), loaded, [line, column]);
  }
  return undefined;
}

function shown(what: string, { file, text }: LoadedText, [line, column]: readonly [number, number]): string {
  const before = text.split('\n').slice(0, line - 1);
  const at = before.reduce((sum, one) => sum + one.length + 1, column);
  const frame = new SourceFile(shownName(file), text).frame([at, at + 1]);
  return `${what} (at ${file}:${line}:${column + 1})\n${frame}`;
}

function missingFile(message: string, { files }: Suspects): string | undefined {
  const [, name, byNode, byRequire] = MISSING.exec(message) ?? [];
  if (name === undefined) return undefined;
  const importer = files.find(({ file }) => file === (byNode ?? byRequire)) ?? files[0];
  const place = importer === undefined ? '' : ` (imported at ${placeOf(name, importer)})`;
  if (/^[./]/.test(name)) return `there is no file ${name}${place}: correct the path`;
  return `there is no package ${name}${place}: install it with npm install ${packageOf(name)}`;
}

/** Names are told as they were written, or as absolute paths. */
function placeOf(name: string, { file, text }: LoadedText): string {
  const at = text.indexOf(name.slice(name.lastIndexOf('/') + 1));
  return `${file}:${text.slice(0, Math.max(0, at)).split('\n').length}`;
}

function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

function unlinked(message: string, stack: string): string | undefined {
  const [, url, line] = UNLINKED.exec(stack) ?? [];
  return url === undefined ? undefined : `${message} (at ${fileURLToPath(url)}:${line})`;
}
