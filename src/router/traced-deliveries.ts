import type { MaybePromise } from '../core/maybe-promise.js';
import type { QueueDelivery } from '../core/queue.js';
import type { HandOverOutcome } from '../core/tracer.js';
import { Slots } from './slots.js';

type Ending = (outcome: HandOverOutcome) => void;

/** The messages of a queue that one consumer has and that are traced: each until it is answered, or the consumer has gone. */
export class TracedDeliveries {
  readonly #open = new Slots<TracedDelivery>();

  /** The delivery, whose answer ends the trace. */
  add(delivery: QueueDelivery, end: Ending): TracedDelivery {
    const place = { at: 0 };
    const traced = new TracedDelivery(delivery, (outcome) => {
      this.#open.delete(place.at);
      end(outcome);
    });
    place.at = this.#open.add(traced);
    return traced;
  }

  /** What is not answered goes to others. */
  returnAll(): void {
    for (const delivery of this.#open.list()) delivery.returned();
  }
}

/** A delivery whose first answer is noted. */
export class TracedDelivery implements QueueDelivery {
  readonly #delivery: QueueDelivery;
  #end: Ending | undefined;

  constructor(delivery: QueueDelivery, end: Ending) {
    this.#delivery = delivery;
    this.#end = end;
  }

  get publication(): QueueDelivery['publication'] {
    return this.#delivery.publication;
  }

  get attempt(): number {
    return this.#delivery.attempt;
  }

  get redelivered(): boolean {
    return this.#delivery.redelivered;
  }

  acknowledge(): MaybePromise<void> {
    this.#note('acknowledged');
    return this.#delivery.acknowledge();
  }

  reject(requeue: boolean): MaybePromise<void> {
    this.#note(requeue ? 'requeued' : 'rejected');
    return this.#delivery.reject(requeue);
  }

  /** The consumer has not taken it, or has gone. */
  returned(): void {
    this.#note('returned');
  }

  #note(outcome: HandOverOutcome): void {
    const end = this.#end;
    this.#end = undefined;
    end?.(outcome);
  }
}
