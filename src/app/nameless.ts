import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { isOffered, type Nameless, type Offers } from './handler-class.js';

const HOOKS = ['onSubscribe', 'onSubscribed', 'onUnsubscribe', 'onUnSubscribe', 'onPublish', 'onCall'];
/** A remedy is a sentence, not a listing. */
const MOST = 3;

/** What was probably meant as a handler among the exports of a file. */
export async function namelessOf(
  file: string,
  exports: Readonly<Record<string, unknown>>,
): Promise<readonly Nameless[]> {
  const values = [...new Set(Object.values(exports))];
  if (values.length === 0) return (await hasClass(file)) ? [{ file, class: undefined }] : [];
  return values
    .filter((value) => isClass(value) && !isOffered(value) && hasHook(value))
    .map((value) => ({ file, class: (value as { readonly name: string }).name }));
}

/** How a route finds the handler `name` after all; undefined where every class of the folders is in order. */
export function remedyOf({ nameless = [] }: Offers, name: string): string | undefined {
  if (nameless.length === 0) return undefined;
  const field = `static readonly handler = '${name}'`;
  return nameless
    .slice(0, MOST)
    .map(({ file, class: found }) => sentence(relative(process.cwd(), file), found, field))
    .join('; ');
}

function sentence(file: string, found: string | undefined, field: string): string {
  if (found === undefined) return `${file} exports nothing: export a class with ${field}`;
  return `class ${found || 'without a name'} of ${file} has no ${field}: add it`;
}

/** A file of types exports nothing either. */
async function hasClass(file: string): Promise<boolean> {
  return /^\s*(?:abstract\s+)?class\s/m.test(await readFile(file, 'utf8'));
}

function isClass(value: unknown): value is { readonly prototype: object } {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;
}

function hasHook({ prototype }: { readonly prototype: object }): boolean {
  return HOOKS.some((hook) => hook in prototype);
}
