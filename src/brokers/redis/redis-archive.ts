import type { ChannelSelection } from '../../core/broker.js';
import type { Publication } from '../../core/publication.js';
import { matchesPattern, separated } from '../../core/spelling.js';
import type { Reply } from './connection.js';
import { readFrame } from './frame.js';
import type { RedisLink } from './link.js';
import type { RedisHistory } from './redis-history.js';

/** Publications that one read of a pattern gives at most, the newest: of what is retained, and of histories. */
const MOST_RETAINED = 1000;
const MOST_READ = 10_000;
/** Channels that one read of a pattern looks at, the newest, and those at once. */
const MOST_SEEN = 100_000;
const PAGE = 1000;
/** Channels whose histories are read at once, and octets that one read of a pattern gives at most. */
const AT_ONCE = 32;
const MOST_OCTETS = 32 * 1024 ** 2;
/** The index of histories may be late by this, in microseconds. */
const INDEX_LATE = 1_000_000;

/** A publication, and when it was accepted, in microseconds. */
interface Dated {
  readonly publication: Publication;
  readonly at: number;
}

interface Indexed {
  readonly channel: string;
  readonly at: number;
}

/** Reads back what Redis keeps, of single channels and of patterns. */
export class RedisArchive {
  readonly #link: RedisLink;
  readonly #history: RedisHistory;

  constructor(link: RedisLink, history: RedisHistory) {
    this.#link = link;
    this.#history = history;
  }

  async retained(selection: ChannelSelection): Promise<readonly Publication[]> {
    const { match, channel } = selection;
    if (match === 'exact') return publicationsOf(await this.#retainedOn(channel));
    const channels = await this.#indexed('rx', selection, MOST_RETAINED);
    const found = await Promise.all(channels.map((indexed) => this.#retainedOn(indexed.channel)));
    return publicationsOf(found.flat().sort(byTime)).slice(-MOST_RETAINED);
  }

  async history(selection: ChannelSelection): Promise<readonly Publication[]> {
    const { match, channel } = selection;
    if (match === 'exact') return publicationsOf(await this.#history.entries(channel, MOST_READ));
    const channels = await this.#indexed('hx', selection, MOST_READ);
    let newest: readonly Dated[] = [];
    for (let from = 0; from < channels.length; from += AT_ONCE) {
      const some = channels.slice(from, from + AT_ONCE);
      const read = await Promise.all(some.map((one) => this.#history.entries(one.channel, MOST_READ)));
      newest = [...newest, ...read.flat()].sort(byTime).slice(-MOST_READ);
      if (isEnough(newest, channels[from + AT_ONCE])) break;
    }
    return publicationsOf(newest);
  }

  async #retainedOn(channel: string): Promise<readonly Dated[]> {
    const key = this.#link.names.of('r', channel);
    const found = (await this.#link.command(key, ['HMGET', key, 'open', 'narrow'])) as readonly Reply[];
    return found.flatMap((bytes) => (bytes instanceof Buffer ? readDated(bytes, channel) : []));
  }

  /** Channels of an index that a pattern matches, the newest first. */
  async #indexed(index: string, selection: ChannelSelection, most: number): Promise<readonly Indexed[]> {
    const { partitions } = this.#link.names;
    const all = Array.from({ length: partitions }, (_, partition) =>
      this.#inPartition(index, partition, selection),
    );
    const found = (await Promise.all(all)).flat();
    return found.sort((a, b) => b.at - a.at).slice(0, most);
  }

  async #inPartition(
    index: string,
    partition: number,
    { match, channel }: ChannelSelection,
  ): Promise<Indexed[]> {
    const { names } = this.#link;
    const key = names.ofPartition(index, partition);
    const pattern = separated(channel);
    const found: Indexed[] = [];
    const most = MOST_SEEN / names.partitions;
    for (let from = 0; from < most && found.length < MOST_READ; from += PAGE) {
      const range = [String(from), String(from + PAGE - 1), 'REV', 'WITHSCORES'];
      const page = (await this.#link.command(key, ['ZRANGE', key, ...range])) as readonly (readonly [
        Buffer,
        number,
      ])[];
      for (const [name, at] of page) {
        const known = { channel: String(name), at: Number(at) };
        if (matchesPattern(match, pattern, separated(known.channel))) found.push(known);
      }
      if (page.length < PAGE) break;
    }
    return found;
  }
}

/** Whether no channel that comes later has anything newer. */
function isEnough(newest: readonly Dated[], next: Indexed | undefined): boolean {
  const octets = newest.reduce((sum, { publication }) => sum + publication.payload.size, 0);
  if (octets > MOST_OCTETS) return true;
  const [oldest] = newest;
  return newest.length === MOST_READ && oldest !== undefined && (next?.at ?? 0) + INDEX_LATE < oldest.at;
}

function readDated(bytes: Buffer, channel: string): readonly Dated[] {
  const end = bytes.indexOf(0x20);
  const at = Number(bytes.toString('latin1', 0, Math.max(end, 0)));
  const publication = readFrame(bytes.subarray(end + 1), channel);
  return publication === undefined || !Number.isSafeInteger(at) ? [] : [{ publication, at }];
}

function byTime(a: Dated, b: Dated): number {
  return a.at - b.at;
}

function publicationsOf(dated: readonly Dated[]): readonly Publication[] {
  return dated.map(({ publication }) => publication);
}
