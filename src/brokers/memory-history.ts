import type { ChannelSelection } from '../core/broker.js';
import type { StoredHistory } from '../core/history-store.js';
import { following, type Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { HistoryPolicy } from '../core/route.js';
import { matchesPattern, separated } from '../core/spelling.js';
import { type HistoryChannel, type HistoryItem, itemsAfter, newChannel } from './history-channel.js';
import { kept, weight } from './kept.js';

/** Publications that one read of a pattern gives at most, the newest. */
const MOST_READ = 10_000;
/** Milliseconds that somebody who was the only subscriber may be gone, though nothing was published. */
const LINGER = 300_000;
/** Of all channels, that one read of a pattern looks at. */
const MOST_SEEN = 100_000;

export interface HistoryLimits {
  readonly channels: number;
  /** Octets. */
  readonly size: number;
  /** Told which of the two made something go. */
  reached(limit: 'channels' | 'size'): void;
  /** Told how far the history of a channel has been forgotten; without a position, all of it. */
  forgot?(channel: string, floor: Position | undefined): void;
}

/**
 * Histories in memory. Where there is too much, the channel that was written to or read longest ago loses all, or its
 * oldest publications.
 */
export class MemoryHistory {
  readonly #limits: HistoryLimits;
  readonly #clock: () => number;
  /** Used longest ago first. */
  readonly #channels = new Map<string, HistoryChannel>();
  /** Nothing is kept of them, and nobody is subscribed; left longest ago first. They push no history out. */
  readonly #left = new Map<string, HistoryChannel>();
  /** Of all channels, in the order accepted; with those that are gone until there are too many of them. */
  #log: HistoryItem[] = [];
  #gone = 0;
  #size = 0;

  constructor(limits: HistoryLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** From now on the channel is not forgotten; returns where it is. */
  subscribe(name: string): Position {
    const channel = this.#use(name) ?? this.#open(name);
    channel.isSubscribed = true;
    this.#shrink();
    return channel.top;
  }

  unsubscribe(name: string): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    channel.isSubscribed = false;
    this.#expire(channel);
    if (channel.entries.length > 0) return;
    channel.until = Math.max(channel.until, this.#clock() + LINGER);
    this.#channels.delete(name);
    this.#left.set(name, channel);
    this.#forgetLeft();
  }

  /** Whether a version is newer than all before; where it is not, where the channel is. */
  isSuperseded(name: string, version: number): Position | undefined {
    const channel = this.#channels.get(name) ?? this.#left.get(name);
    return channel !== undefined && channel.version >= version ? channel.top : undefined;
  }

  /** What follows a position; undefined where that is not known. */
  after(name: string, since: Position): readonly Publication[] | undefined {
    const channel = this.#use(name);
    if (channel === undefined) return undefined;
    this.#expire(channel);
    return itemsAfter(channel, since)?.map(({ publication }) => publication);
  }

  /** Where the history of a channel begins and ends. */
  stateOf(name: string): { readonly floor: Position; readonly top: Position; readonly version: number } {
    return this.#use(name) ?? this.#open(name);
  }

  /** Takes up a history that was kept elsewhere. */
  restore({ channel: name, floor, version, entries }: StoredHistory): void {
    const channel = Object.assign(this.#open(name), { floor, top: floor, version });
    for (const { publication, until } of entries) {
      channel.top = publication.position ?? channel.top;
      channel.until = Math.max(channel.until, until);
      this.#push(channel, publication, until);
    }
    this.#expire(channel);
    this.#shrink();
  }

  /** Gives the publication its place, unless it has one: the next. */
  add(publication: Publication, { size, ttl = Number.POSITIVE_INFINITY }: HistoryPolicy, version = 0): void {
    const channel = this.#use(publication.channel) ?? this.#open(publication.channel);
    channel.top = publication.position ??= following(channel.top);
    channel.version = Math.max(channel.version, version);
    channel.until = Math.max(channel.until, this.#clock() + ttl);
    this.#push(channel, kept(publication), this.#clock() + ttl);
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
    this.#left.clear();
    this.#log = [];
    this.#size = this.#gone = 0;
  }

  #push(channel: HistoryChannel, publication: Publication, until: number): void {
    const entry = { publication, channel, weight: weight(publication), until, isGone: false };
    channel.entries.push(entry);
    this.#log.push(entry);
    this.#size += entry.weight;
  }

  #newest(match: ChannelSelection['match'], pattern: string, now: number): readonly Publication[] {
    const judged = new Map<HistoryChannel, boolean>();
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

  #open(key: string): HistoryChannel {
    const channel = newChannel(key);
    this.#channels.set(key, channel);
    return channel;
  }

  /** The channel, which is the one used last now. */
  #use(key: string): HistoryChannel | undefined {
    const channel = this.#channels.get(key) ?? this.#left.get(key);
    if (channel === undefined) return undefined;
    this.#left.delete(key);
    this.#channels.delete(key);
    this.#channels.set(key, channel);
    return channel;
  }

  /** Takes the oldest entry out. */
  #drop(channel: HistoryChannel): void {
    const entry = channel.entries.shift();
    if (entry === undefined) return;
    entry.isGone = true;
    channel.floor = entry.publication.position ?? channel.floor;
    this.#limits.forgot?.(channel.key, channel.floor);
    this.#size -= entry.weight;
    this.#gone++;
    if (this.#gone <= this.#log.length / 2) return;
    this.#log = this.#log.filter(({ isGone }) => !isGone);
    this.#gone = 0;
  }

  #expire(channel: HistoryChannel): void {
    const now = this.#clock();
    const { entries } = channel;
    while (entries[0] !== undefined && entries[0].until <= now) this.#drop(channel);
  }

  #forgetLeft(): void {
    const now = this.#clock();
    for (const { key, until } of this.#left.values()) {
      const isTooMuch = this.#left.size > this.#limits.channels;
      if (until > now && !isTooMuch) return;
      this.#left.delete(key);
      this.#limits.forgot?.(key, undefined);
      if (until > now) this.#limits.reached('channels');
    }
  }

  /** What nobody uses any more goes little by little, with what comes. */
  #sweep(): void {
    const [unused] = this.#channels.values();
    if (unused === undefined) return;
    this.#expire(unused);
    this.#forgetIfEmpty(unused);
  }

  /** Whoever comes back to a forgotten channel is told that what it missed is not known. */
  #forgetIfEmpty(channel: HistoryChannel): void {
    const { entries, isSubscribed, until, key } = channel;
    if (entries.length === 0 && !isSubscribed && until <= this.#clock()) this.#forget(key);
  }

  #forget(key: string): void {
    this.#channels.delete(key);
    this.#limits.forgot?.(key, undefined);
  }

  #shrink(): void {
    const { channels, size, reached } = this.#limits;
    for (const channel of this.#channels.values()) {
      if (this.#channels.size > channels) {
        while (channel.entries.length > 0) this.#drop(channel);
        if (channel.isSubscribed) continue;
        this.#forget(channel.key);
        reached('channels');
      }
      if (this.#size <= size) return;
      while (this.#size > size && channel.entries.length > 0) this.#drop(channel);
      reached('size');
    }
  }
}
