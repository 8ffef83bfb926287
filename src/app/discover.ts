import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { glob } from 'tinyglobby';
import type { PeriodicTask, TopicHandler } from '../core/topic.js';
import { isOffered, type Nameless, type Offer, type Offers } from './handler-class.js';
import { namelessOf } from './nameless.js';
import { isOfApplication, reasonOf } from './thrown-at.js';

/** Not found out what to do with a file of the handler folder; the message names the file and the remedy. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
}

/** The folder of the built-in handlers, beside this code. */
export const BUILT_IN_TOPICS = fileURLToPath(new URL('../../topics/', import.meta.url));

/**
 * Finds the classes of handler folders: every `.ts`, `.mts`, `.cts`, `.js`, `.mjs` and `.cjs` file below each is loaded,
 * TypeScript without a build step. A class of a later folder replaces one of the same name in an earlier folder; two of one
 * folder are an error. Throws `DiscoveryError`.
 */
export async function discover(folders: readonly string[]): Promise<Offers> {
  await forgetChanged();
  const offers = {
    handlers: new Map(),
    periodic: new Map(),
    services: new Map(),
    nameless: [] as Nameless[],
  };
  for (const folder of folders) {
    const found = await discoverFolder(folder);
    for (const kind of ['handlers', 'periodic', 'services'] as const) {
      for (const [name, offer] of found[kind]) offers[kind].set(name, offer);
    }
    offers.nameless.push(...(found.nameless ?? []));
  }
  return offers;
}

async function discoverFolder(folder: string): Promise<Offers> {
  const handlers = new Map<string, Offer<TopicHandler>>();
  const periodic = new Map<string, Offer<PeriodicTask>>();
  const services = new Map<symbol, Offer>();
  const nameless: Nameless[] = [];
  const ignore = ['**/*.d.{ts,mts,cts}', '**/*.test.*', '**/node_modules/**'];
  const files = await glob('**/*.{ts,mts,cts,js,mjs,cjs}', { cwd: folder, absolute: true, ignore });
  for (const file of files.sort()) {
    const loaded = await load(file);
    nameless.push(...(await namelessOf(file, loaded)));
    for (const offered of new Set(Object.values(loaded).filter(isOffered))) {
      const offer = { class: offered, file };
      if (typeof offered.handler === 'string') put(handlers, offered.handler, offer as Offer<TopicHandler>);
      if (typeof offered.periodic === 'string') put(periodic, offered.periodic, offer as Offer<PeriodicTask>);
      if (typeof offered.service === 'symbol') put(services, offered.service, offer);
    }
  }
  return { handlers, periodic, services, nameless };
}

function put<K extends string | symbol, O extends Offer>(offers: Map<K, O>, name: K, offer: O): void {
  const other = offers.get(name);
  if (other !== undefined && other.class !== offer.class) {
    const text = `${offer.file} and ${other.file} both offer ${String(name)}: give one of the classes another name`;
    throw new DiscoveryError(text);
  }
  offers.set(name, offer);
}

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
/** Scripts that have changed since: Node itself would not load them again. */
const renewed = new Set<string>();

/** Notes a file of an application, and what was loaded for it. */
async function remember(file: string): Promise<void> {
  for (const path of [file, ...Object.keys(jiti.cache)]) {
    if (!known.has(path) && isOfApplication(path)) known.set(path, await hashOf(path));
  }
}

/**
 * Where any file has changed, all of an application are loaded again, so that what they share is one thing. Nothing happens
 * where none has: the classes stay the same.
 */
async function forgetChanged(): Promise<void> {
  let hasChanged = false;
  for (const [path, hash] of known) hasChanged ||= (await hashOf(path)) !== hash;
  if (!hasChanged) return;
  for (const path of known.keys()) {
    delete jiti.cache[path];
    renewed.add(path);
  }
  known.clear();
}

async function hashOf(path: string): Promise<string> {
  const content = await readFile(path).catch(() => '');
  return createHash('sha256').update(content).digest('base64');
}

type Loaded = Record<string, unknown>;

async function load(file: string): Promise<Loaded> {
  try {
    const loaded = await (/\.[cm]?js$/.test(file) ? loadScript(file) : jiti.import<Loaded>(file));
    await remember(file);
    return loaded;
  } catch (cause) {
    throw new DiscoveryError(`${file} cannot be loaded: ${reasonOf(cause, import.meta.url)}`, { cause });
  }
}

/** JavaScript as Node loads it, unless the package is not installed where the file is: then as TypeScript is. */
async function loadScript(file: string): Promise<Loaded> {
  if (renewed.has(file)) return loadAgain(file);
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes("'signalbox'")) throw error;
    return jiti.import(file);
  }
}

/**
 * A script once more, as it is now, with what it imports. An asynchronous import would be left to Node, which remembers modules
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
