import type { Acknowledged, SubscriberLog } from './records.js';

/** The histories that a channel has had, in the order in which anybody heard of them. */
export class Epochs {
  readonly #ranks: ReadonlyMap<string, number>;

  constructor(acknowledged: readonly Acknowledged[], logs: readonly SubscriberLog[]) {
    const first = new Map<string, number>();
    const hear = (epoch: string, at: number) => first.set(epoch, Math.min(at, first.get(epoch) ?? at));
    for (const { epoch, at } of acknowledged) hear(epoch, at);
    for (const { seen } of logs) for (const { position, at } of seen) hear(position.epoch, at);
    const inOrder = [...first].sort(([, a], [, b]) => a - b);
    this.#ranks = new Map(inOrder.map(([epoch], rank) => [epoch, rank]));
  }

  /** Greater for a later one. */
  rank(epoch: string): number {
    return this.#ranks.get(epoch) ?? -1;
  }
}
