import { isNarrow } from '../core/audience.js';
import type { ChannelSelection } from '../core/broker.js';
import type { Publication } from '../core/publication.js';
import { matchesPattern, separated } from '../core/spelling.js';
import { kept, weight } from './kept.js';

/** Publications that one read of a pattern gives at most, the newest. */
const MOST_READ = 1000;

interface Entry {
  readonly publication: Publication;
  readonly order: number;
  readonly weight: number;
}

interface Place {
  readonly name: string;
  /** The newest for everybody. */
  readonly open: Entry | undefined;
  /** The newest for some, if it is newer. */
  readonly narrow: Entry | undefined;
}

export interface RetainedLimits {
  readonly channels: number;
  /** Octets. */
  readonly size: number;
  /** Told which of the two made the oldest go. */
  reached(limit: 'channels' | 'size'): void;
}

/** What is retained in memory. Where there is too much, the channels go that were retained on longest ago. */
export class MemoryRetained {
  readonly #limits: RetainedLimits;
  readonly #places = new Map<string, Place>();
  #order = 0;
  #size = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  set(publication: Publication): void {
    const { channel } = publication;
    const own = kept(publication);
    const entry = { publication: own, order: ++this.#order, weight: weight(own) };
    const known = this.#places.get(channel);
    const name = known?.name ?? separated(channel);
    this.#delete(channel);
    const place = isNarrow(publication.audience)
      ? { name, open: known?.open, narrow: entry }
      : { name, open: entry, narrow: undefined };
    this.#places.set(channel, place);
    this.#size += weightOf(place);
    this.#shrink();
  }

  get({ match, channel }: ChannelSelection): readonly Publication[] {
    const place = this.#places.get(channel);
    if (match === 'exact')
      return place === undefined ? [] : entriesOf(place).map(({ publication }) => publication);
    const pattern = separated(channel);
    const found = [...this.#places.values()].filter(({ name }) => matchesPattern(match, pattern, name));
    const entries = found.flatMap(entriesOf).sort((a, b) => a.order - b.order);
    return entries.slice(-MOST_READ).map(({ publication }) => publication);
  }

  clear(): void {
    this.#places.clear();
    this.#size = 0;
  }

  #shrink(): void {
    const { channels, size, reached } = this.#limits;
    for (const channel of this.#places.keys()) {
      const isOver = this.#places.size > channels ? 'channels' : this.#size > size ? 'size' : undefined;
      if (isOver === undefined) return;
      this.#delete(channel);
      reached(isOver);
    }
  }

  #delete(channel: string): void {
    const place = this.#places.get(channel);
    if (place === undefined) return;
    this.#places.delete(channel);
    this.#size -= weightOf(place);
  }
}

function entriesOf({ open, narrow }: Place): readonly Entry[] {
  return [open, narrow].filter((entry) => entry !== undefined);
}

function weightOf(place: Place): number {
  return entriesOf(place).reduce((sum, entry) => sum + entry.weight, 0);
}
