import { createRequire } from 'node:module';
import type { Jiti, JitiOptions } from 'jiti';
import { builtFrom } from './build.js';

const { createJiti: create } = createRequire(import.meta.url)('jiti') as {
  createJiti(id: string, options?: JitiOptions): Jiti;
};

/**
 * The loader of handlers, for which `signalbox` is what was built. From the sources it would translate and link some six
 * hundred files in every file of tests.
 */
export function createJiti(id: string, options: JitiOptions = {}): Jiti {
  const aliases = Object.entries(options.alias ?? {}).map(([name, path]) => [name, builtFrom(path)]);
  return create(id, { ...options, alias: Object.fromEntries(aliases) });
}
