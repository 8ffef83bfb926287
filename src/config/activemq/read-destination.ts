import { ANY, type DestinationKind, type Destinations } from './destinations.js';

const LONGEST_CHANNEL = 255;
/** What no channel may hold: control characters, and marks that reorder or hide text. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

export type ReadDestination =
  | { readonly sets: readonly Destinations[] }
  | { readonly fault: string; readonly hint: string };

/** Reads one pattern, such as `orders.*.>`, or says why it has no counterpart among channels. */
export function readDestination(kind: DestinationKind, pattern: string): ReadDestination {
  const levels = pattern.split('.');
  const open = levels.at(-1) === '>';
  const fixed = open ? levels.slice(0, -1) : levels;
  const fault =
    levels.length === 1 && levels[0] === ''
      ? EMPTY
      : (faultOf(fixed) ?? placeFault(kind, { levels: fixed, open }));
  if (fault !== undefined) return fault;
  return {
    sets: [
      ...(fixed.length > 0 ? [{ levels: fixed, open: false }] : []),
      ...(open ? [{ levels: fixed, open: true }] : []),
    ],
  };
}

const EMPTY = { fault: 'names no destination', hint: 'write a name or a pattern, such as orders.>' };

/** Whether a channel could be so short, with at least one byte for what is not text. */
export function fitsChannel(kind: DestinationKind, { levels, open }: Destinations): boolean {
  const text = [...(kind === 'queue' ? ['queue'] : []), ...levels, ...(open ? [ANY] : [])].join('/');
  return Buffer.byteLength(text) <= LONGEST_CHANNEL;
}

function faultOf(levels: readonly string[]): { fault: string; hint: string } | undefined {
  for (const level of levels) {
    const fault = levelFault(level);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function levelFault(level: string): { fault: string; hint: string } | undefined {
  if (level === ANY) return undefined;
  if (level === '') return { fault: 'has an empty level', hint: 'remove the dot that is too much' };
  if (level === '>')
    return {
      fault: 'has a > before its end',
      hint: '> stands for the rest and comes last; write * for one level',
    };
  if (/[*>]/.test(level))
    return {
      fault: `has ${/[*>]/.exec(level)?.[0]} within a level, where it stands for itself`,
      hint: '* and > stand for whole levels: a.*.b, a.>',
    };
  if (level.includes('${')) return { fault: 'has a placeholder', hint: 'write the value in its place' };
  if (level.includes('?')) return { fault: 'has options', hint: 'leave out the ? and what follows' };
  if (/[/{}<]/.test(level))
    return {
      fault: `has a ${/[/{}<]/.exec(level)?.[0]}, which means something else in a channel`,
      hint: 'rename the destination, or leave out the entry and write a route for it',
    };
  if (FORBIDDEN.test(level) || level.normalize('NFC') !== level)
    return { fault: 'has characters that no channel may have', hint: 'rename the destination' };
  return undefined;
}

/** `queue.x` as a topic would be the channel of the queue `x`. */
function placeFault(kind: DestinationKind, set: Destinations): { fault: string; hint: string } | undefined {
  if (!fitsChannel(kind, set))
    return {
      fault: `is longer than a channel may be, which is ${LONGEST_CHANNEL} bytes`,
      hint: 'shorten it',
    };
  if (kind !== 'topic' || set.levels[0] !== 'queue' || (set.levels.length === 1 && !set.open))
    return undefined;
  return {
    fault: 'would have the channels of queues, which begin with queue/',
    hint: 'rename the topics, or leave out the entry',
  };
}
