import type { PresencePolicy } from '../core/presence.js';
import { parseDuration } from '../core/units.js';
import type { FileReader } from './file-reader.js';
import { ON_OFF, readSection, readValue, type Section, type ValueKind } from './section.js';
import { isNull, type YamlNode } from './yaml-tree.js';

/** Members of one channel that are told one by one at most: each newcomer is sent all of them. */
const MOST_MEMBERS = 10_000;
/** Ten minutes: somebody who is gone for longer has left. */
const LONGEST_DELAY = 600_000;

const LEAVE_DELAY = 5000;
const MEMBERS = 1000;

const DELAY: ValueKind<number> = {
  is: 'a duration of up to 10m, or 0',
  read: (value) => {
    const delay = asDuration(value);
    return delay !== undefined && delay <= LONGEST_DELAY ? delay : undefined;
  },
};

const COUNT: ValueKind<number> = {
  is: `a whole number from 0 to ${MOST_MEMBERS}`,
  read: (value) => {
    const count = Number.isInteger(value) ? Number(value) : -1;
    return count >= 0 && count <= MOST_MEMBERS ? count : undefined;
  },
};

const PRESENCE: Section<{ readonly leave_delay: number; readonly members: number }> = {
  name: 'presence',
  kinds: { leave_delay: DELAY, members: COUNT },
  example: 'write presence: true, or presence: { leave_delay: 5s, members: 1000 }',
};

/** Reads `presence` of a route; undefined where it is not kept who is there. */
export function readPresence(file: FileReader, node: YamlNode | undefined): PresencePolicy | undefined {
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind === 'map') {
    const { leave_delay: leaveDelay = LEAVE_DELAY, members = MEMBERS } = readSection(file, node, PRESENCE);
    return { leaveDelay, members };
  }
  const isOn = readValue(file, node, { kind: ON_OFF, name: 'presence', example: PRESENCE.example });
  return isOn === true ? { leaveDelay: LEAVE_DELAY, members: MEMBERS } : undefined;
}

function asDuration(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    return parseDuration(value);
  } catch {
    return undefined;
  }
}
