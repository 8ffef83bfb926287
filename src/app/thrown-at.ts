import { isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A line of a stack: what was called, if it has a name, and a path or a file URL, a line and a column. */
const FRAME = /^ {4}at (?:.* \()?(.+?):(\d+):\d+\)?$/;

/** What this package is made of: the server and the built-in handlers. */
const OWN_FOLDERS = ['../', '../../topics/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Whether a file belongs to an application, and neither to a package nor to this one. */
export function isOfApplication(file: string): boolean {
  if (file.includes(`${sep}node_modules${sep}`)) return false;
  return !OWN_FOLDERS.some((folder) => file.startsWith(folder));
}

/**
 * What went wrong in a constructor or a module of an application, and the file and line of it, such as
 * `no database (thrown at /srv/topics/orders.ts:12)`. Lines of the stack from those of `caller` on, the URL of a module, are
 * not looked at: they say who asked for it.
 */
export function reasonOf(error: unknown, caller: string): string {
  if (!(error instanceof Error)) return String(error);
  const place = thrownAt(error, fileURLToPath(caller));
  return place === undefined ? error.message : `${error.message} (thrown at ${place})`;
}

function thrownAt({ stack }: Error, caller: string): string | undefined {
  for (const frame of String(stack).split('\n')) {
    const [, path = '', line] = FRAME.exec(frame) ?? [];
    const file = path.startsWith('file:') ? fileURLToPath(path) : path;
    if (file === caller) return undefined;
    if (isAbsolute(file) && isOfApplication(file)) return `${file}:${line}`;
  }
  return undefined;
}
