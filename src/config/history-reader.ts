import type { HistoryPolicy } from '../core/route.js';
import type { FileReader } from './file-reader.js';
import { count, DURATION, ON_OFF, readSection, type Section } from './section.js';
import { isNull, type YamlNode } from './yaml-tree.js';

/** Publications of one channel at most: each read of a history looks through all of them. */
export const MOST_HISTORY = 10_000;

const HISTORY: Section<{ readonly size: number; readonly ttl: number; readonly durable: boolean }> = {
  name: 'history',
  kinds: { size: count(MOST_HISTORY), ttl: DURATION, durable: ON_OFF },
  example: 'write history: { size: 100, ttl: 10m }',
};

/** Reads `history` of a route; undefined where nothing, or nothing right, is said. */
export function readHistory(file: FileReader, node: YamlNode | undefined): HistoryPolicy | undefined {
  if (node === undefined) return undefined;
  if (isNull(node)) {
    file.wrongType(node, 'history must be a map', HISTORY.example);
    return undefined;
  }
  const { size, ttl, durable } = readSection(file, node, HISTORY);
  if (size === undefined && !saysSize(node))
    file.wrongType(node, `history.size must be ${HISTORY.kinds.size.is}`, HISTORY.example);
  return size === undefined ? undefined : { size, ttl, ...(durable && { durable }) };
}

/** Whether what is said is not a map, or a map in which the size stands, so that what is wrong with it has been told. */
function saysSize(node: YamlNode): boolean {
  return node.kind !== 'map' || node.entries.some(({ key, value }) => key === 'size' && !isNull(value));
}
