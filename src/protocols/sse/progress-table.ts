import type { Progress } from './progress.js';

/** How far all streams of this node are, by what they hear. */
export class ProgressTable {
  readonly #all = new Map<string, Progress>();

  /** For a stream that is as far as `own` says; returns what it shares with others from now on. */
  enter(own: Progress): Progress {
    const shared = this.#all.get(own.key) ?? own;
    // What one has been sent, all have: deliveries are made to all at once.
    if (shared !== own) for (const i of own.wireKeys.keys()) shared.reach(i, own.positionOf(i));
    this.#all.set(shared.key, shared);
    shared.streams++;
    return shared;
  }

  leave(shared: Progress): void {
    shared.streams--;
    if (shared.streams === 0) this.#all.delete(shared.key);
  }
}
