import type { SubscriptionGroup } from '../core/topic.js';

/** The groups of a node that have subscribers, each under a number that no other has had. */
export class Groups {
  readonly #open = new Map<number, SubscriptionGroup>();
  #last = 0;

  [Symbol.iterator](): Iterator<SubscriptionGroup> {
    return this.#open.values();
  }

  get(id: number): SubscriptionGroup | undefined {
    return this.#open.get(id);
  }

  /** Returns the new id of a group that has got its first subscriber. */
  open(group: SubscriptionGroup): number {
    this.#open.set(++this.#last, group);
    return this.#last;
  }

  close({ id }: SubscriptionGroup): void {
    this.#open.delete(id);
  }
}
