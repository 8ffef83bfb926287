import { fileURLToPath } from 'node:url';
import { glob } from 'tinyglobby';
import type { PeriodicTask, TopicHandler } from '../core/topic.js';
import { DiscoveryError } from './discovery-error.js';
import { isOffered, type Nameless, type Offer, type Offers } from './handler-class.js';
import { forgetChanged, loadModule } from './load-module.js';
import { namelessOf } from './nameless.js';

export { DiscoveryError };

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
    const loaded = await loadModule(file);
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
