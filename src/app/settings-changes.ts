import { KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../config/index.js';

/** What a running server takes over. */
const LIVE: ReadonlySet<string> = new Set(['folder', 'routing', 'topics', 'access', 'origins', 'log.level']);

/** The settings that are different and count after a restart alone, by their dotted path. No value is told. */
export function needRestart(before: Settings, after: Settings): readonly string[] {
  return differences(before, after, []);
}

function differences(before: unknown, after: unknown, path: readonly string[]): readonly string[] {
  const name = path.join('.');
  if (LIVE.has(name)) return [];
  if (isPlain(before) && isPlain(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, snake(key)]));
  }
  return isSame(before, after) ? [] : [name];
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isSame(before: unknown, after: unknown): boolean {
  if (before instanceof KeyObject && after instanceof KeyObject) return before.equals(after);
  return isDeepStrictEqual(before, after);
}

/** As the file has it. */
function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
