import { stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { FileReader } from './file-reader.js';
import type { FindingList } from './finding-list.js';
import { readText } from './read-text.js';
import type { FileEntry, ResourceImport } from './route-draft.js';
import { RouteFile } from './route-file.js';
import { readYaml } from './yaml-file.js';

const YAML_FILES = '**/*.{yml,yaml}';
const YAML_NAME = /\.ya?ml$/;
const ROUTE_TEST = /\.route-test\.ya?ml$/;

/** One routing file and its entries; no entries where it cannot be read. */
export interface LoadedFile {
  readonly path: string;
  readonly name: string;
  readonly entries: readonly FileEntry[];
}

/** Finds routing files and reads each of them once. */
export class RoutingFiles {
  readonly #findings: FindingList;
  readonly #rules: ReadonlySet<string>;
  readonly #loaded = new Map<string, Promise<LoadedFile>>();

  constructor(findings: FindingList, rules: ReadonlySet<string>) {
    this.#findings = findings;
    this.#rules = rules;
  }

  load(path: string): Promise<LoadedFile> {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const loading = this.#read(path);
    this.#loaded.set(path, loading);
    return loading;
  }

  async #read(path: string): Promise<LoadedFile> {
    const name = shownName(path);
    const source = await readText({ path, name }, this.#findings);
    if (source === undefined) return { path, name, entries: [] };
    const content = readYaml(source, this.#findings);
    const entries = new RouteFile(new FileReader(source, this.#findings), this.#rules).read(content);
    return { path, name, entries };
  }

  /** The files that an import names. Reports where there are none. */
  async resolve(importer: LoadedFile, { resource, exclude, at }: ResourceImport): Promise<readonly string[]> {
    const folder = dirname(importer.path);
    const path = resolve(folder, resource);
    const files = isGlob(resource) ? await search(folder, resource, exclude) : await yamlFiles(path, exclude);
    if (files?.length === 0) {
      const message = `no YAML file is found by "${resource}"`;
      this.#findings.report('resource-empty', at, {
        message,
        hint: `files were looked for from ${shownName(folder)}`,
      });
    }
    if (files !== undefined) return files;
    const { source, range } = at;
    const message = `"${resource}" does not exist beside this file`;
    this.#findings.report(
      'resource-missing',
      { source, range },
      { message, hint: `correct the path; ${shownName(path)} was looked for` },
    );
    return [];
  }
}

/** A file, or the YAML files in and below a folder, sorted by the bytes of their path; undefined for neither. */
export async function yamlFiles(
  path: string,
  exclude: readonly string[] = [],
): Promise<readonly string[] | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return found.isDirectory() ? search(path, YAML_FILES, exclude) : [path];
}

/** The route test files in and below a folder, or of the folder alone; undefined for what is no folder. */
export async function routeTestFiles(
  path: string,
  { below }: { readonly below: boolean },
): Promise<readonly string[] | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return undefined;
  return (await sortedFiles(path, below ? YAML_FILES : '*.{yml,yaml}', [])).filter(isRouteTest);
}

/** Whether a file tests routes, and so holds none. */
function isRouteTest(path: string): boolean {
  return ROUTE_TEST.test(path);
}

/** Whether a resource names files by pattern. Such a pattern means files other than the one it stands in. */
export function isGlob(resource: string): boolean {
  return isDynamicPattern(resource);
}

/** A path as people read it: from where they are, if it lies below. */
export function shownName(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith(`..${sep}`) || short === '..' ? path : short;
}

/** Routing files only: route tests may lie beside them. */
async function search(
  folder: string,
  pattern: string,
  exclude: readonly string[],
): Promise<readonly string[]> {
  const found = await sortedFiles(folder, pattern, exclude);
  return found.filter((path) => YAML_NAME.test(path) && !isRouteTest(path));
}

async function sortedFiles(
  folder: string,
  pattern: string,
  exclude: readonly string[],
): Promise<readonly string[]> {
  const found = await glob(pattern, {
    cwd: folder,
    absolute: true,
    expandDirectories: false,
    // what is excluded may be a folder
    ignore: exclude.flatMap((path) => [path, `${path}/**`]),
  });
  return found.map((path) => resolve(path)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
