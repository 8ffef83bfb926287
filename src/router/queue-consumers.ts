import { isNarrow } from '../core/audience.js';
import { RouterError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { PublicationOptions } from '../core/publication.js';
import type { Consumer, Consumption, QueueDelivery, QueuePolicy, Queues } from '../core/queue.js';
import type { Subscriber } from '../core/router.js';
import type { SubscriptionGroup } from '../core/topic.js';
import type { DeliveryTally } from './fan-outs.js';

export interface ConsumerParts {
  readonly queues: Queues;
  /** Its tally is another one with another route. */
  readonly topic: SubscriptionGroup & { readonly tally: DeliveryTally };
  /** Whether a subscriber may have a message now; asked for each. */
  readonly mayTake: (subscriber: Subscriber) => boolean;
}

/** The subscribers of a queue channel, as its consumers. */
export class QueueConsumers {
  readonly #parts: ConsumerParts;
  readonly #places = new Map<Subscriber, Consumption | undefined>();

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
  }

  /** From now on the subscriber gets messages, by a policy that the next ones need not have. */
  begin(subscriber: Subscriber, policy: QueuePolicy): void {
    const { queues, topic } = this.#parts;
    this.#places.set(subscriber, undefined);
    const consumption = queues.consume(topic.channel, policy, this.#consumerOf(subscriber));
    // It may have gone while it was given the first ones.
    if (this.#places.has(subscriber)) this.#places.set(subscriber, consumption);
    else consumption.cancel();
  }

  end(subscriber: Subscriber): void {
    const place = this.#places.get(subscriber);
    this.#places.delete(subscriber);
    place?.cancel();
  }

  #consumerOf(subscriber: Subscriber): Consumer {
    const { mayTake, topic } = this.#parts;
    const { consumer } = subscriber;
    const give = (delivery: QueueDelivery) =>
      consumer === undefined ? this.#send(subscriber, delivery) : consumer.take(delivery);
    return {
      prefetch: consumer?.prefetch,
      take: (delivery) => {
        if (!this.#places.has(subscriber) || !mayTake(subscriber) || !give(delivery)) return false;
        topic.tally.deliveries++;
        return true;
      },
    };
  }

  /** Consumed when it has been sent, or at once where that cannot be told. */
  #send(subscriber: Subscriber, delivery: QueueDelivery): boolean {
    const { connection } = subscriber.session;
    connection.send(subscriber.encode(delivery.publication, this.#parts.topic));
    const consumed = () => ignore(delivery.acknowledge());
    if (connection.whenSent === undefined) consumed();
    else connection.whenSent(consumed);
    return true;
  }
}

/** Nobody waits for it: what the store could not forget comes again after the end of the process. */
function ignore(done: MaybePromise<void>): void {
  if (done !== undefined) done.catch(() => undefined);
}

/** Throws `bad_request` for what can be said to many alone. That its author is left out says nothing here. */
export function checkQueueable(options: PublicationOptions | undefined): void {
  if (!isNarrow(options) && options?.retain !== true) return;
  throw new RouterError('bad_request', 'a message of a queue goes to one of its consumers, whoever is free', {
    hint: 'leave the audience and retain out',
  });
}
