const EMPTY = -1;

/**
 * Values by whole numbers that come and go all the time, as the ids of requests do. Not a `Map`, whose old tables keep the
 * newer ones alive until the next full collection. Ids that follow one another share no place.
 */
export class IdMap<T> {
  #ids: number[] = new Array(16).fill(EMPTY);
  #values: (T | undefined)[] = new Array(16).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): T | undefined {
    return this.#values[this.#place(id)];
  }

  set(id: number, value: T): void {
    let place = this.#place(id);
    if (this.#ids[place] === EMPTY) {
      if (++this.#size * 2 > this.#ids.length) {
        this.#grow();
        place = this.#place(id);
      }
      this.#ids[place] = id;
    }
    this.#values[place] = value;
  }

  /** Closes the gap, so that what was put behind it is still found. */
  delete(id: number): void {
    let gap = this.#place(id);
    if (this.#ids[gap] === EMPTY) return;
    this.#size--;
    const mask = this.#ids.length - 1;
    for (let at = (gap + 1) & mask; this.#ids[at] !== EMPTY; at = (at + 1) & mask) {
      const wanted = (this.#ids[at] ?? 0) & mask;
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue;
      this.#put(gap, this.#ids[at] ?? EMPTY, this.#values[at]);
      gap = at;
    }
    this.#put(gap, EMPTY, undefined);
  }

  /** Where the id is, or would be. */
  #place(id: number): number {
    const mask = this.#ids.length - 1;
    let place = id & mask;
    while (this.#ids[place] !== id && this.#ids[place] !== EMPTY) place = (place + 1) & mask;
    return place;
  }

  #put(place: number, id: number, value: T | undefined): void {
    this.#ids[place] = id;
    this.#values[place] = value;
  }

  #grow(): void {
    const [ids, values] = [this.#ids, this.#values];
    this.#ids = new Array(ids.length * 2).fill(EMPTY);
    this.#values = new Array(ids.length * 2).fill(undefined);
    for (const [i, id] of ids.entries()) if (id !== EMPTY) this.#put(this.#place(id), id, values[i]);
  }
}
