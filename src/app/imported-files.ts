import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What is named by a relative path in an import of either kind. */
const SPECIFIER = /\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;
/** Files behind one. */
const MOST = 500;

/**
 * The files that a file imports by relative paths, and those that they import: Node does not tell what it has loaded for a
 * module. Some may be among them that are imported in a comment alone.
 */
export async function importedFiles(file: string): Promise<readonly string[]> {
  const [asked, found] = [new Set([file]), [] as string[]];
  for (const path of asked) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    if (path !== file) found.push(path);
    for (const [, , specifier = ''] of text.matchAll(SPECIFIER))
      for (const meant of meanings(new URL(specifier, pathToFileURL(path))))
        if (found.length < MOST && asked.size < MOST * 4) asked.add(meant);
  }
  return found;
}

/** TypeScript writes `./words.js` for `words.ts`, or no extension at all. */
function meanings(url: URL): readonly string[] {
  try {
    const path = fileURLToPath(url);
    const [, stem = '', kind = ''] = /^(.*)\.([cm]?)js$/.exec(path) ?? [];
    if (stem !== '') return [path, `${stem}.${kind}ts`];
    return /\.[cm]?ts$/.test(path) ? [path] : [path, `${path}.ts`, `${path}.js`];
  } catch {
    return [];
  }
}
