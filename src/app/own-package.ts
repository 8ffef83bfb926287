import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from './version.js';

/** What a project has to name in order to have this very copy of the package. */
export type OwnPackage =
  | { readonly from: 'registry'; readonly range: string }
  /** A packed copy: absolute. */
  | { readonly from: 'tarball'; readonly file: string }
  /** A checkout, or a copy that nothing is known of: absolute. */
  | { readonly from: 'folder'; readonly folder: string };

/** The folder of this package, whether it is built or not. */
const FOLDER = fileURLToPath(
  new URL(/\/dist\/src\/app\//.test(import.meta.url) ? '../../../' : '../../', import.meta.url),
);

/**
 * Where this copy came from, as npm has noted it. Nothing else would do: the registry may not have this version, and may have
 * something else under its name.
 */
export async function ownPackage(folder = FOLDER): Promise<OwnPackage> {
  const installed = resolve(folder);
  const modules = dirname(installed);
  if (basename(modules) !== 'node_modules') return { from: 'folder', folder: installed };
  const { resolved, link } = await noteOf(modules, basename(installed));
  if (resolved === undefined || /^https?:/.test(resolved)) return { from: 'registry', range: `^${VERSION}` };
  const place = resolve(dirname(modules), resolved.replace(/^file:/, ''));
  return link === true ? { from: 'folder', folder: place } : { from: 'tarball', file: place };
}

interface Note {
  readonly resolved?: string;
  readonly link?: boolean;
}

async function noteOf(modules: string, name: string): Promise<Note> {
  try {
    const { packages } = JSON.parse(await readFile(`${modules}/.package-lock.json`, 'utf8'));
    return packages[`node_modules/${name}`] ?? {};
  } catch {
    return {};
  }
}
