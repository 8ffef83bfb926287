import { readFileSync } from 'node:fs';

/** Of this package. The file is one level above `dist` when built, and two above this folder when not. */
export const VERSION: string = readVersion(['../../package.json', '../../../package.json']);

function readVersion(candidates: readonly string[]): string {
  for (const path of candidates) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
    } catch {
      // The next place.
    }
  }
  return '0.0.0';
}
