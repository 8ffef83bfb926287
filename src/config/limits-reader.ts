import type { RouteLimits } from '../core/route.js';
import { parseSize } from '../core/units.js';
import type { FileReader } from './file-reader.js';
import { asRate } from './rate-kind.js';
import { didYouMean, listed } from './suggestion.js';
import { plain, type YamlNode } from './yaml-tree.js';

const EXAMPLE = 'write limits: { payload: 16kb, publish: 20/s, subscribers: 1000 }';

interface Kind {
  readonly is: string;
  /** Undefined for what is not of the kind. */
  read(value: unknown): unknown;
}

const LIMITS: ReadonlyMap<string, Kind> = new Map<keyof RouteLimits, Kind>([
  ['payload', { is: 'a size such as 16kb', read: asSize }],
  ['publish', { is: 'a rate such as 20/s', read: asRate }],
  ['subscribers', { is: 'a whole number of at least 1', read: asCount }],
]);

/** Reads `limits` of a route: each bound that is there. */
export function readLimits(file: FileReader, node: YamlNode | undefined): RouteLimits {
  const found: Record<string, unknown> = {};
  for (const { key, keyRange, value } of file.entries(node, 'limits', EXAMPLE)) {
    const kind = LIMITS.get(key);
    const read = kind?.read(plain(value));
    if (kind === undefined) {
      const hint = didYouMean(key, LIMITS.keys(), `limits has ${listed(LIMITS.keys())}`);
      file.report('unknown-key', keyRange, `unknown key "${key}" in limits`, hint);
    } else if (read === undefined) file.wrongType(value, `limits.${key} must be ${kind.is}`, EXAMPLE);
    else found[key] = read;
  }
  return found;
}

function asSize(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    const size = parseSize(value);
    return size >= 1 ? size : undefined;
  } catch {
    return undefined;
  }
}

function asCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 1 ? (value as number) : undefined;
}
