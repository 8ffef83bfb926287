import { isNarrow } from '../core/audience.js';
import { RouterError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { PublicationOptions } from '../core/publication.js';
import type { Consumer, Consumption, QueueDelivery, QueuePolicy, Queues } from '../core/queue.js';
import type { Subscriber } from '../core/router.js';
import type { SubscriptionGroup, TopicRequest } from '../core/topic.js';
import type { Tracer } from '../core/tracer.js';
import type { DeliveryTally } from './fan-outs.js';
import { TracedDeliveries } from './traced-deliveries.js';

export interface ConsumerParts {
  readonly queues: Queues;
  /** Its tally and request are other ones with another route. */
  readonly topic: SubscriptionGroup & { readonly tally: DeliveryTally; readonly request: TopicRequest };
  /** Whether a subscriber may have a message now; asked for each. */
  readonly mayTake: (subscriber: Subscriber) => boolean;
  /** Without it nothing is traced. */
  readonly tracer: Tracer | undefined;
}

/** The subscribers of a queue channel, as its consumers. */
export class QueueConsumers {
  readonly #parts: ConsumerParts;
  readonly #places = new Map<Subscriber, Consumption | undefined>();
  /** There for those who have had what was traced. */
  #traced: Map<Subscriber, TracedDeliveries> | undefined;

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
    this.#traced?.get(subscriber)?.returnAll();
    this.#traced?.delete(subscriber);
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
        if (!this.#places.has(subscriber) || !mayTake(subscriber)) return false;
        if (!this.#follow(subscriber, delivery, give)) return false;
        topic.tally.deliveries++;
        return true;
      },
    };
  }

  /** Has it given, and notes until when the consumer has it where that is traced. */
  #follow(
    subscriber: Subscriber,
    delivery: QueueDelivery,
    give: (delivery: QueueDelivery) => boolean,
  ): boolean {
    const { tracer, topic } = this.#parts;
    const { publication, attempt } = delivery;
    if (tracer === undefined || publication.trace === undefined) return give(delivery);
    const end = tracer.handOver({ publication, attempt, route: topic.request.route });
    if (end === undefined) return give(delivery);
    const traced = this.#tracedOf(subscriber).add(delivery, end);
    const isTaken = give(traced);
    if (!isTaken || !this.#places.has(subscriber)) traced.returned();
    return isTaken;
  }

  #tracedOf(subscriber: Subscriber): TracedDeliveries {
    this.#traced ??= new Map();
    const known = this.#traced.get(subscriber);
    if (known !== undefined) return known;
    const deliveries = new TracedDeliveries();
    this.#traced.set(subscriber, deliveries);
    return deliveries;
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
