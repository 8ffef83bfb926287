import { type Position, readPosition } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { readFrame } from './frame.js';

/** A publication in its place among those of its channel. */
export interface Entry {
  readonly publication: Publication & { readonly position: Position };
  /** The token of the place before. */
  readonly before: string;
  /** When it was accepted, in microseconds since 1970 by Redis's clock. */
  readonly at: number;
  /** When it ceases to be kept, in milliseconds since 1970; 0 where no time was said. */
  readonly until: number;
}

const SPACE = 0x20;
const DASH = 0x2d;
/** Octets of the longest word before a frame. */
const LONGEST_WORD = 40;

/**
 * What is published on a channel of Redis: `- frame`, or for a channel with a history `epoch offset` and the entry. Undefined for
 * what is neither.
 */
export function readPush(message: Buffer, channel: string): Entry | Publication | undefined {
  if (message[0] === DASH && message[1] === SPACE) return readFrame(message.subarray(2), channel);
  const epochEnd = wordEnd(message, 0);
  const offsetEnd = wordEnd(message, epochEnd + 1);
  if (offsetEnd === -1) return undefined;
  const place = {
    epoch: message.toString('latin1', 0, epochEnd),
    offset: Number(message.toString('latin1', epochEnd + 1, offsetEnd)),
  };
  return readEntry(message.subarray(offsetEnd + 1), channel, place);
}

export function isEntry(push: Entry | Publication): push is Entry {
  return 'before' in push;
}

/** What is kept of a publication in the history: `token before at until frame`. Undefined for what is not that. */
export function readEntry(
  bytes: Buffer,
  channel: string,
  { epoch, offset }: Pick<Position, 'epoch' | 'offset'>,
): Entry | undefined {
  const words: string[] = [];
  let from = 0;
  while (words.length < 4) {
    const end = wordEnd(bytes, from);
    if (end === -1) return undefined;
    words.push(bytes.toString('latin1', from, end));
    from = end + 1;
  }
  const [token = '', before = '', at, until] = words;
  const position = readPosition(`${epoch}.${offset}.${token}`);
  const times = [Number(at), Number(until)] as const;
  if (position === undefined || !times.every((time) => Number.isSafeInteger(time))) return undefined;
  const publication = readFrame(bytes.subarray(from), channel);
  if (publication === undefined) return undefined;
  publication.position = position;
  return { publication: publication as Entry['publication'], before, at: times[0], until: times[1] };
}

/** Where the word that begins at `from` ends; -1 where there is none. */
function wordEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(SPACE, from);
  return end > from && end - from <= LONGEST_WORD ? end : -1;
}

/** What was published, kept or not. */
export function publicationOf(push: Entry | Publication): Publication {
  return isEntry(push) ? push.publication : push;
}
