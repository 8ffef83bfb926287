import type { RouteLimits } from '../core/route.js';
import type { FileReader } from './file-reader.js';
import { asRate } from './rate-kind.js';
import { count, readSection, type Section, SIZE } from './section.js';
import type { YamlNode } from './yaml-tree.js';

const LIMITS: Section<RouteLimits> = {
  name: 'limits',
  kinds: { payload: SIZE, publish: { is: 'a rate such as 20/s', read: asRate }, subscribers: count() },
  example: 'write limits: { payload: 16kb, publish: 20/s, subscribers: 1000 }',
};

/** Reads `limits` of a route: each bound that is there. */
export function readLimits(file: FileReader, node: YamlNode | undefined): RouteLimits {
  return readSection(file, node, LIMITS);
}
