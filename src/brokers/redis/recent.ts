import { type Position, samePosition } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { kept, weight } from '../kept.js';
import type { Entry } from './entry.js';

/** Publications of one channel that a node remembers at most. */
const MOST = 128;

interface Item {
  readonly owner: RecentPublications;
  readonly position: Position;
  readonly publication: Publication;
  readonly until: number;
  readonly weight: number;
  older: Item | undefined;
  newer: Item | undefined;
}

/** What the channels of a node may remember together; where it is more, the oldest goes. */
export class RecentMemory {
  readonly #size: number;
  #oldest: Item | undefined;
  #newest: Item | undefined;
  #used = 0;

  /** `size` is octets, roughly. */
  constructor(size: number) {
    this.#size = size;
  }

  add(item: Item): void {
    item.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
    this.#used += item.weight;
    // The oldest of all is the oldest of its channel, too.
    while (this.#oldest !== undefined && this.#used > this.#size) this.#oldest.owner.dropOldest();
  }

  remove({ older, newer, weight: size }: Item): void {
    this.#used -= size;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
  }
}

/** The newest publications of one channel, as this node has delivered them: who comes back soon is answered without Redis. */
export class RecentPublications {
  readonly #memory: RecentMemory;
  #items: Item[] = [];

  constructor(memory: RecentMemory) {
    this.#memory = memory;
  }

  add({ publication, until }: Entry): void {
    const own = kept(publication);
    const size = weight(own);
    const { position } = publication;
    const item = {
      owner: this,
      position,
      publication: own,
      until,
      weight: size,
      older: undefined,
      newer: undefined,
    };
    this.#items.push(item);
    if (this.#items.length > MOST) this.dropOldest();
    this.#memory.add(item);
  }

  /** The token at an offset, as far as it is remembered. */
  tokenAt(offset: number): string | undefined {
    const first = this.#items[0]?.position.offset ?? 0;
    return this.#items[offset - first]?.position.token;
  }

  /** All that follows a place; undefined where that is not remembered. `now` is milliseconds since 1970. */
  after(since: Position, now: number): readonly Publication[] | undefined {
    const first = this.#items[0]?.position.offset ?? 0;
    const known = this.#items[since.offset - first];
    if (known === undefined || !samePosition(known.position, since)) return undefined;
    const missed = this.#items.slice(since.offset - first + 1);
    const [oldest] = missed;
    if (oldest !== undefined && oldest.until > 0 && oldest.until <= now) return undefined;
    return missed.map(({ publication }) => publication);
  }

  clear(): void {
    for (const item of this.#items) this.#memory.remove(item);
    this.#items = [];
  }

  dropOldest(): void {
    const item = this.#items.shift();
    if (item !== undefined) this.#memory.remove(item);
  }
}
