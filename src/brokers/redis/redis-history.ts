import { newHistory, type Position } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import type { Reply } from './connection.js';
import { type Entry, readEntry } from './entry.js';
import type { RedisLink } from './link.js';
import type { Reading } from './live-channel.js';
import { HISTORY, READ } from './scripts.js';

/** Milliseconds that a history lives on which nothing was published yet, after its last subscriber. */
const BEGUN_FOR = 3_600_000;

/** Octets that one reading gives at most. */
const MOST_OCTETS = 16 * 1024 ** 2;
/** Publications that a node reads on from its last delivery at most: as many as a history has. */
const MOST_MISSED = 10_000;

const NOTHING_SAID = ['', '', ''];

/** The histories of channels in Redis. */
export class RedisHistory {
  readonly #link: RedisLink;
  readonly #keptFor: number;

  /** A history outlives its last publication and its last subscriber by `keptFor` milliseconds: who comes back finds its place. */
  constructor(link: RedisLink, keptFor: number) {
    this.#link = link;
    this.#keptFor = keptFor;
  }

  /** What follows the place that a node is at, and without one where the history is. Begins it where there is none. Throws `unavailable`. */
  async read(channel: string, since?: Position): Promise<Reading> {
    const { epoch, token } = newHistory();
    const reply = await this.#ask(channel, { beginning: [epoch, token], since, most: MOST_MISSED });
    return readingOf(reply, channel, since);
  }

  /** What follows the place of a subscriber; undefined where that is not known, or is more than `most`. Throws `unavailable`. */
  async recover(channel: string, since: Position, most: number): Promise<readonly Publication[] | undefined> {
    const reply = await this.#ask(channel, { beginning: ['', ''], since, most });
    if (String(reply[0]) === 'none') return undefined;
    return readingOf(reply, channel, since).entries?.map(({ publication }) => publication);
  }

  /** What is kept of a channel, oldest first. Throws `unavailable`. */
  async entries(channel: string, most: number): Promise<readonly Entry[]> {
    const key = this.#link.names.of('h', channel);
    const reply = (await this.#link.run(
      HISTORY,
      [key],
      [String(most), String(MOST_OCTETS)],
    )) as readonly Reply[];
    const [epoch, first, ...entries] = reply;
    const found: Entry[] = [];
    for (const [i, bytes] of entries.entries()) {
      const place = { epoch: String(epoch), offset: Number(first) + i };
      const entry = readEntry(bytes as Buffer, channel, place);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  async #ask(
    channel: string,
    { beginning, since, most }: { beginning: readonly string[]; since: Position | undefined; most: number },
  ): Promise<readonly Reply[]> {
    const key = this.#link.names.of('h', channel);
    const place = since === undefined ? NOTHING_SAID : [since.epoch, String(since.offset), since.token];
    const lives = [String(Math.min(BEGUN_FOR, this.#keptFor)), String(this.#keptFor)];
    const limits = [String(most), String(MOST_OCTETS)];
    const reply = await this.#link.run(READ, [key], [...beginning, ...lives, ...place, ...limits]);
    return reply as readonly Reply[];
  }
}

function readingOf(reply: readonly Reply[], channel: string, since: Position | undefined): Reading {
  const [verdict, epoch, offset, token, ...bytes] = reply;
  const top = { epoch: String(epoch), offset: Number(offset), token: String(token) };
  if (String(verdict) !== 'after' || since === undefined) return { top, entries: undefined };
  const entries: Entry[] = [];
  for (const [i, octets] of bytes.entries()) {
    const entry = readEntry(octets as Buffer, channel, { epoch: top.epoch, offset: since.offset + 1 + i });
    // What cannot be read was published all the same.
    if (entry === undefined) return { top, entries: undefined };
    entries.push(entry);
  }
  return { top, entries };
}
