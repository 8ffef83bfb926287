/** A part of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Whether more follow. */
  readonly more: boolean;
  /** How many there are in the whole list. */
  readonly total: number;
}

/** Which part of which list. */
export interface PageQuery<T> {
  /** The order of the list, in which no two are equal. */
  readonly compare: (a: T, b: T) => number;
  /** Whether an item follows the page before. */
  readonly follows: (item: T) => boolean;
  /** A whole number of at least 1. */
  readonly limit: number;
}

/**
 * Finds one page of a list that is in no order: it holds no more items than the page has, in a heap with the last of them on
 * top, so that nearly every other costs one comparison.
 */
export class PageSearch<T> {
  readonly #query: PageQuery<T>;
  readonly #heap: T[] = [];
  #total = 0;
  #following = 0;

  constructor(query: PageQuery<T>) {
    this.#query = query;
  }

  /** To be called for every item of the list, in any order. */
  offer(item: T): void {
    const { compare, follows, limit } = this.#query;
    this.#total++;
    if (!follows(item)) return;
    this.#following++;
    const heap = this.#heap;
    if (heap.length < limit) {
      heap.push(item);
      this.#rise(heap.length - 1);
    } else if (compare(item, heap[0] as T) < 0) {
      heap[0] = item;
      this.#sink();
    }
  }

  page(): Page<T> {
    const items = [...this.#heap].sort(this.#query.compare);
    return { items, more: this.#following > items.length, total: this.#total };
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfLater(at, above)) return;
      at = above;
    }
  }

  #sink(): void {
    const { length } = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= length) return;
      const right = left + 1;
      const later = right < length && this.#isLater(right, left) ? right : left;
      if (!this.#swapIfLater(later, at)) return;
      at = later;
    }
  }

  #isLater(a: number, b: number): boolean {
    return this.#query.compare(this.#heap[a] as T, this.#heap[b] as T) > 0;
  }

  #swapIfLater(below: number, above: number): boolean {
    if (!this.#isLater(below, above)) return false;
    const heap = this.#heap;
    [heap[below], heap[above]] = [heap[above] as T, heap[below] as T];
    return true;
  }
}
