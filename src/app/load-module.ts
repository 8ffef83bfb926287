import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { DiscoveryError } from './discovery-error.js';
import { importedFiles } from './imported-files.js';
import { loadFault } from './load-fault.js';
import { type LoadedText, missingExport } from './missing-exports.js';
import { isOfApplication } from './thrown-at.js';

/** What a file exports, by name. */
export type Loaded = Readonly<Record<string, unknown>>;

const SCRIPT = /\.[cm]?js$/;

/** A file of this package, built or not. */
const own = (path: string) => fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url));

/** Handlers say `import … from 'signalbox'` wherever they live: it is this very copy, so that classes are the same. */
const jiti = createJiti(import.meta.url, {
  interopDefault: false,
  moduleCache: true,
  alias: {
    signalbox: own('../index'),
    'signalbox/testing': own('../testing'),
    'signalbox/testing/contracts': own('../testing/contracts'),
    'signalbox/topics': own('../../topics/index'),
  },
});

/** Files of applications that were loaded, with the hash of what they said then. */
const known = new Map<string, string>();
/** Scripts that have changed since, or did not load, and what imports them: Node itself would not load them again. */
const renewed = new Set<string>();
/** Files in TypeScript behind which there are scripts. */
const mixed = new Set<string>();

/** Loads a file of a handler folder, as it was when it was loaded first or forgotten last. Throws `DiscoveryError`. */
export async function loadModule(file: string): Promise<Loaded> {
  try {
    const loaded = await load(file);
    await remember(file);
    return loaded;
  } catch (cause) {
    const fresh = await freshFiles(file);
    forget(fresh.map((one) => one.file));
    const missing = await missingIn(fresh);
    if (missing !== undefined) throw new DiscoveryError(missing, { cause });
    const why = loadFault(cause, { files: fresh, translate, caller: import.meta.url });
    throw new DiscoveryError(`${file} cannot be loaded: ${why}`, { cause });
  }
}

/**
 * Where any file has changed, all of an application are forgotten, so that what they share is one thing. Nothing happens
 * where none has: the classes stay the same.
 */
export async function forgetChanged(): Promise<void> {
  let hasChanged = false;
  for (const [file, hash] of known) hasChanged ||= hashOf((await textOf(file)) ?? '') !== hash;
  if (hasChanged) forget([...known.keys()]);
}

/** The files of applications that were loaded: those of their handler folders, and what these import. */
export function loadedFiles(): readonly string[] {
  return [...known.keys()];
}

/** Notes a file of an application, and what was loaded for it. Throws where something that it imports would be undefined. */
async function remember(file: string): Promise<void> {
  const fresh = await freshFiles(file);
  if ((await missingIn(fresh)) !== undefined) throw new Error('something that it imports is not there');
  for (const { file: path, text } of fresh) known.set(path, hashOf(text));
}

function forget(files: readonly string[]): void {
  for (const file of files) {
    delete jiti.cache[file];
    known.delete(file);
    if (SCRIPT.test(file) || mixed.has(file)) renewed.add(file);
  }
}

/** A file and what was loaded for it, of an application and not known yet. */
async function freshFiles(file: string): Promise<readonly LoadedText[]> {
  const isFresh = !known.has(file) && isOfApplication(file);
  const imported = isFresh ? await importedFiles(file) : [];
  if (imported.some((path) => SCRIPT.test(path))) mixed.add(file);
  const paths = new Set([file, ...Object.keys(jiti.cache), ...imported]);
  const fresh: LoadedText[] = [];
  for (const path of paths) {
    if (known.has(path) || !isOfApplication(path)) continue;
    fresh.push({ file: path, text: (await textOf(path)) ?? '' });
  }
  return fresh;
}

async function missingIn(files: readonly LoadedText[]): Promise<string | undefined> {
  for (const loaded of files) {
    const fault = await missingExport(loaded, { exportsOf, translate });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

async function exportsOf(part: string): Promise<ReadonlySet<string>> {
  return new Set(Object.keys(await jiti.import<Loaded>(part)));
}

function translate({ file, text }: LoadedText): string {
  return jiti.transform({ source: text, filename: file, ts: !SCRIPT.test(file), interopDefault: false });
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function load(file: string): Promise<Loaded> {
  if (renewed.has(file)) return loadAgain(file);
  return SCRIPT.test(file) ? loadScript(file) : jiti.import<Loaded>(file);
}

/** JavaScript as Node loads it, unless the package is not installed where the file is: then as TypeScript is. */
async function loadScript(file: string): Promise<Loaded> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes("'signalbox'")) throw error;
    return jiti.import(file);
  }
}

/**
 * A file once more, as it is now, with what it imports. An asynchronous import would be left to Node, which remembers modules
 * for good; only what waits at its top level has to be one, and is read from its text.
 */
async function loadAgain(file: string): Promise<Loaded> {
  try {
    return jiti(file);
  } catch (error) {
    if (!/await/.test((error as Error).message)) throw error;
    const source = await readFile(file, 'utf8');
    return (await jiti.evalModule(source, { filename: file, async: true, forceTranspile: true })) as Loaded;
  }
}
