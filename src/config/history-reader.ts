import type { HistoryPolicy } from '../core/route.js';
import { parseDuration } from '../core/units.js';
import type { FileReader } from './file-reader.js';
import { didYouMean, listed } from './suggestion.js';
import { isNull, plain, type YamlMap, type YamlNode } from './yaml-tree.js';

/** Publications of one channel at most: each read of a history looks through all of them. */
const MOST = 10_000;
const KEYS = ['size', 'ttl'];
const EXAMPLE = 'write history: { size: 100, ttl: 10m }';

/** Reads `history` of a route; undefined where nothing, or nothing right, is said. */
export function readHistory(file: FileReader, node: YamlNode | undefined): HistoryPolicy | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'map') {
    file.wrongType(node, 'history must be a map', EXAMPLE);
    return undefined;
  }
  checkKeys(file, node);
  const size = readSize(file, node);
  const ttl = readTtl(file, node);
  return size === undefined ? undefined : { size, ttl };
}

function checkKeys(file: FileReader, { entries }: YamlMap): void {
  for (const { key, keyRange } of entries) {
    if (KEYS.includes(key)) continue;
    const hint = didYouMean(key, KEYS, `history has ${listed(KEYS)}`);
    file.report('unknown-key', keyRange, `unknown key "${key}" in history`, hint);
  }
}

function readSize(file: FileReader, history: YamlMap): number | undefined {
  const node = entryValue(history, 'size');
  const size = node && plain(node);
  if (Number.isSafeInteger(size) && (size as number) >= 1 && (size as number) <= MOST) return size as number;
  file.wrongType(node ?? history, `history.size must be a whole number from 1 to ${MOST}`, EXAMPLE);
  return undefined;
}

/** Undefined for as long as there is room. */
function readTtl(file: FileReader, history: YamlMap): number | undefined {
  const node = entryValue(history, 'ttl');
  if (node === undefined) return undefined;
  const ttl = asDuration(plain(node));
  if (ttl === undefined) file.wrongType(node, 'history.ttl must be a duration such as 10m', EXAMPLE);
  return ttl;
}

function entryValue({ entries }: YamlMap, key: string): YamlNode | undefined {
  const node = entries.find((entry) => entry.key === key)?.value;
  return node === undefined || isNull(node) ? undefined : node;
}

function asDuration(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    const milliseconds = parseDuration(value);
    return milliseconds >= 1 ? milliseconds : undefined;
  } catch {
    return undefined;
  }
}
