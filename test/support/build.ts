import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Whether `dist/` has what the sources say now. */
export function isBuilt(): boolean {
  const build = statSync(`${ROOT}dist/.tsbuildinfo`, { throwIfNoEntry: false });
  return build !== undefined && ['src', 'topics'].every((folder) => newestIn(folder) <= build.mtimeMs);
}

/** What a source file was compiled to. */
export function builtFrom(source: string): string {
  return source.replace(ROOT, `${ROOT}dist/`).replace(/\.ts$/, '.js');
}

/** When a source file of a folder was changed last. */
function newestIn(folder: string): number {
  const files = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' });
  // the dashboard is bundled by itself
  const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('dashboard'));
  return Math.max(0, ...sources.map((file) => statSync(`${ROOT}${folder}/${file}`).mtimeMs));
}
