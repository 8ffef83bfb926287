import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Vector } from './format.js';

export const FOLDER = fileURLToPath(new URL('../../vectors/wamp2/multisession/', import.meta.url));

/** The vectors of this repository by file name, in the order of their names. */
export function ownVectors(): ReadonlyMap<string, Vector> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return new Map(
    names.sort().map((name) => [name.slice(0, -'.json'.length), readVector(`${FOLDER}${name}`)]),
  );
}

export function readVector(path: string): Vector {
  return JSON.parse(readFileSync(path, 'utf8'));
}
