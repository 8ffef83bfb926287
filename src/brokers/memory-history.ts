import type { ChannelSelection } from '../core/broker.js';
import type { Publication } from '../core/publication.js';
import type { HistoryPolicy } from '../core/route.js';
import { matchesPattern, separated } from '../core/spelling.js';
import { kept, weight } from './kept.js';

/** Publications that one read of a pattern gives at most, the newest. */
const MOST_READ = 10_000;
/** Of all channels, that one read of a pattern looks at. */
const MOST_SEEN = 100_000;

interface Entry {
  readonly publication: Publication;
  readonly channel: Channel;
  readonly weight: number;
  /** When it ceases to be kept. */
  readonly until: number;
  isGone: boolean;
}

interface Channel {
  readonly key: string;
  readonly name: string;
  /** Oldest first. */
  readonly entries: Entry[];
}

export interface HistoryLimits {
  readonly channels: number;
  /** Octets. */
  readonly size: number;
  /** Told which of the two made something go. */
  reached(limit: 'channels' | 'size'): void;
}

/**
 * Histories in memory. Where there is too much, the channel that was written to or read longest ago loses all, or its
 * oldest publications.
 */
export class MemoryHistory {
  readonly #limits: HistoryLimits;
  readonly #clock: () => number;
  /** Used longest ago first. */
  readonly #channels = new Map<string, Channel>();
  /** Of all channels, in the order accepted; with those that are gone until there are too many of them. */
  #log: Entry[] = [];
  #gone = 0;
  #size = 0;

  constructor(limits: HistoryLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  add(publication: Publication, { size, ttl = Number.POSITIVE_INFINITY }: HistoryPolicy): void {
    const channel = this.#use(publication.channel) ?? this.#open(publication.channel);
    const own = kept(publication);
    const entry = {
      publication: own,
      channel,
      weight: weight(own),
      until: this.#clock() + ttl,
      isGone: false,
    };
    channel.entries.push(entry);
    this.#log.push(entry);
    this.#size += entry.weight;
    while (channel.entries.length > size) this.#drop(channel);
    this.#expire(channel);
    this.#sweep();
    this.#shrink();
  }

  get({ match, channel }: ChannelSelection): readonly Publication[] {
    const now = this.#clock();
    if (match !== 'exact') return this.#newest(match, separated(channel), now);
    const entries = this.#use(channel)?.entries ?? [];
    return entries.filter(({ until }) => until > now).map(({ publication }) => publication);
  }

  clear(): void {
    this.#channels.clear();
    this.#log = [];
    this.#size = this.#gone = 0;
  }

  #newest(match: ChannelSelection['match'], pattern: string, now: number): readonly Publication[] {
    const judged = new Map<Channel, boolean>();
    const found: Publication[] = [];
    const stop = Math.max(0, this.#log.length - MOST_SEEN);
    for (let i = this.#log.length - 1; i >= stop && found.length < MOST_READ; i--) {
      const entry = this.#log[i];
      if (entry === undefined || entry.isGone || entry.until <= now) continue;
      const { channel, publication } = entry;
      let matches = judged.get(channel);
      if (matches === undefined)
        judged.set(channel, (matches = matchesPattern(match, pattern, channel.name)));
      if (matches) found.push(publication);
    }
    return found.reverse();
  }

  #open(key: string): Channel {
    const channel = { key, name: separated(key), entries: [] };
    this.#channels.set(key, channel);
    return channel;
  }

  /** The channel, which is the one used last now. */
  #use(key: string): Channel | undefined {
    const channel = this.#channels.get(key);
    if (channel === undefined) return undefined;
    this.#channels.delete(key);
    this.#channels.set(key, channel);
    return channel;
  }

  /** Takes the oldest entry out. */
  #drop(channel: Channel): void {
    const entry = channel.entries.shift();
    if (entry === undefined) return;
    entry.isGone = true;
    this.#size -= entry.weight;
    this.#gone++;
    if (channel.entries.length === 0) this.#channels.delete(channel.key);
    if (this.#gone <= this.#log.length / 2) return;
    this.#log = this.#log.filter(({ isGone }) => !isGone);
    this.#gone = 0;
  }

  #expire({ key, entries }: Channel): void {
    const now = this.#clock();
    let channel = this.#channels.get(key);
    while (channel !== undefined && (entries[0]?.until ?? now) < now) {
      this.#drop(channel);
      channel = this.#channels.get(key);
    }
  }

  /** What nobody uses any more goes little by little, with what comes. */
  #sweep(): void {
    const [unused] = this.#channels.values();
    if (unused !== undefined) this.#expire(unused);
  }

  #shrink(): void {
    const { channels, size, reached } = this.#limits;
    for (const channel of this.#channels.values()) {
      if (this.#channels.size > channels) {
        while (channel.entries.length > 0) this.#drop(channel);
        reached('channels');
      }
      if (this.#size <= size) return;
      while (this.#size > size && channel.entries.length > 0) this.#drop(channel);
      reached('size');
    }
  }
}
