import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { glob } from 'tinyglobby';

/** A file that is to be made: its path in the project, and what is in it. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** A name in double braces stands for a value. */
const PLACE = /\{\{(\w+)\}\}/g;

/** The folder of what projects are made of, beside the code whether it is built or not. */
const TEMPLATES = ['../../templates/', '../../../templates/']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

/**
 * The files of these folders of templates, by path; one of a later folder replaces one of an earlier. Throws where a name has
 * no value.
 */
export async function readTemplates(
  folders: readonly string[],
  values: Readonly<Record<string, string>>,
): Promise<readonly NewFile[]> {
  const files = new Map<string, NewFile>();
  for (const folder of folders)
    for (const file of await readFolder(folder, values)) files.set(file.path, file);
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One file of the templates. */
export async function readTemplate(path: string, values: Readonly<Record<string, string>>): Promise<string> {
  return fillIn(await readFile(`${TEMPLATES ?? ''}${path}`, 'utf8'), values);
}

async function readFolder(
  folder: string,
  values: Readonly<Record<string, string>>,
): Promise<readonly NewFile[]> {
  const cwd = `${TEMPLATES ?? ''}${folder}`;
  const paths = await glob('**/*', { cwd, dot: true });
  return Promise.all(
    paths.map(async (path) => ({
      path: realName(path),
      text: fillIn(await readFile(`${cwd}/${path}`, 'utf8'), values),
    })),
  );
}

/** What npm would read or leave out of a package has an underscore in place of what it begins with. */
function realName(path: string): string {
  return path.replace(/(^|\/)_(gitignore|dockerignore)$/, '$1.$2').replace(/(^|\/)_([\w.]+json)$/, '$1$2');
}

function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(PLACE, (_place, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a template asks for ${name}, which nobody gives`);
    return value;
  });
}
