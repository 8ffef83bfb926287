import type { HistoryStore } from '../core/history-store.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { following, type Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { HistoryPolicy } from '../core/route.js';
import type { MemoryHistory } from './memory-history.js';

/** A publication that waits until it may be written. */
interface Waiting {
  readonly publication: Publication;
  readonly policy: HistoryPolicy;
  readonly version: number | undefined;
  resolve(accepted: Publication): void;
  reject(error: unknown): void;
}

/**
 * Writes what belongs into durable histories before it is delivered. Of one channel all that comes during a write is in the next
 * one: places are given when it begins, so that a write that fails leaves no hole.
 */
export class DurableHistories {
  readonly #history: MemoryHistory;
  readonly #store: HistoryStore;
  readonly #deliver: (publication: Publication) => void;
  /** Channels of which the store knows where their history begins. */
  readonly #known = new Set<string>();
  /** By channel, while something is written. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(history: MemoryHistory, store: HistoryStore, deliver: (publication: Publication) => void) {
    this.#history = history;
    this.#store = store;
    this.#deliver = deliver;
  }

  async load(): Promise<void> {
    for (const stored of await this.#store.loadHistories()) {
      this.#known.add(stored.channel);
      this.#history.restore(stored);
    }
  }

  /** Resolves when the beginning of the history is kept: nobody is told a position that the next process does not know. */
  begin(channel: string): MaybePromise<void> {
    if (this.#known.has(channel)) return undefined;
    const { floor, version } = this.#history.stateOf(channel);
    const kept = this.#store.keepHistory({ channel, floor, version, entries: [] });
    return kept.then(() => void this.#known.add(channel));
  }

  /** Resolves when it has been written and delivered. Throws what the store throws; nothing has happened then. */
  publish(publication: Publication, how: Pick<Waiting, 'policy' | 'version'>): Promise<Publication> {
    return new Promise((resolve, reject) => {
      const one = { publication, ...how, resolve, reject };
      const waiting = this.#waiting.get(publication.channel);
      if (waiting !== undefined) waiting.push(one);
      else {
        this.#waiting.set(publication.channel, [one]);
        void this.#write(publication.channel);
      }
    });
  }

  /** What memory has forgotten, or all of a channel; what the store cannot forget now is forgotten when it is loaded. */
  forgot(channel: string, floor: Position | undefined): void {
    if (!this.#known.has(channel)) return;
    if (floor === undefined) this.#known.delete(channel);
    const done = floor ? this.#store.trimHistory(channel, floor) : this.#store.forgetHistory(channel);
    done.catch(() => undefined);
  }

  /** Never rejects: each of those that wait is told. */
  async #write(channel: string): Promise<void> {
    for (let batch = this.#take(channel); batch.length > 0; batch = this.#take(channel)) {
      const accepted = this.#place(channel, batch);
      try {
        if (accepted.length > 0) await this.#keep(channel, accepted);
        this.#known.add(channel);
        for (const one of accepted) this.#accept(one);
      } catch (error) {
        for (const { publication, reject } of accepted) {
          publication.position = undefined;
          reject(error);
        }
      }
    }
    this.#waiting.delete(channel);
  }

  #take(channel: string): readonly Waiting[] {
    return this.#waiting.get(channel)?.splice(0) ?? [];
  }

  /** Gives each its place, and answers those whose version is not new. */
  #place(channel: string, batch: readonly Waiting[]): readonly Waiting[] {
    let { top, version } = this.#history.stateOf(channel);
    return batch.filter((one) => {
      if (one.version !== undefined && one.version <= version) {
        const { id, time, payload, audience } = one.publication;
        one.resolve({ id, channel, time, payload, audience, position: top, outcome: 'superseded' });
        return false;
      }
      version = Math.max(version, one.version ?? 0);
      top = one.publication.position = following(top);
      return true;
    });
  }

  #keep(channel: string, accepted: readonly Waiting[]): Promise<void> {
    const { floor, version } = this.#history.stateOf(channel);
    const now = Date.now();
    const entries = accepted.map(({ publication, policy: { ttl = Number.POSITIVE_INFINITY } }) => ({
      publication,
      until: now + ttl,
    }));
    const newest = Math.max(version, ...accepted.map((one) => one.version ?? 0));
    return this.#store.keepHistory({ channel, floor, version: newest, entries });
  }

  #accept({ publication, policy, version, resolve }: Waiting): void {
    this.#history.add(publication, policy, version);
    this.#deliver(publication);
    resolve(publication);
  }
}
