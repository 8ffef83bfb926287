import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Jiti, JitiOptions } from 'jiti';
import { REPOSITORY } from './server.js';

const { createJiti: create } = createRequire(import.meta.url)('jiti') as {
  createJiti(id: string, options?: JitiOptions): Jiti;
};

/**
 * The loader of handlers, for which `signalbox` is what was built, if nothing has changed since. From the sources it would
 * translate and link some six hundred files in every file of tests.
 */
export function createJiti(id: string, options: JitiOptions = {}): Jiti {
  if (!isBuilt()) return create(id, options);
  const aliases = Object.entries(options.alias ?? {}).map(([name, path]) => [name, built(path)]);
  return create(id, { ...options, alias: Object.fromEntries(aliases) });
}

function built(source: string): string {
  return source.replace(REPOSITORY, `${REPOSITORY}dist/`).replace(/\.ts$/, '.js');
}

function isBuilt(): boolean {
  const build = statSync(`${REPOSITORY}dist/.tsbuildinfo`, { throwIfNoEntry: false });
  return build !== undefined && ['src', 'topics'].every((folder) => newestIn(folder) <= build.mtimeMs);
}

/** When a source file of a folder was changed last. */
function newestIn(folder: string): number {
  const files = readdirSync(`${REPOSITORY}${folder}`, { recursive: true, encoding: 'utf8' });
  const times = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => statSync(join(REPOSITORY, folder, file)).mtimeMs);
  return Math.max(0, ...times);
}
