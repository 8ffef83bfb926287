import type { MaybePromise } from '../../../src/core/maybe-promise.js';
import type { Publication, PublishEvent } from '../../../src/core/publication.js';
import type { QueueDelivery } from '../../../src/core/queue.js';
import type { Router, Subscriber } from '../../../src/core/router.js';
import type { Session } from '../../../src/core/session.js';

interface Held {
  readonly publication: Publication;
  readonly order: number;
  attempt: number;
}

interface Taking {
  readonly subscriber: Subscriber;
  readonly unanswered: Set<Held>;
}

const GROUP = { id: 1, match: 'exact', created: 0, size: 1, *[Symbol.iterator]() {} } as const;

/** A router whose channels below `queue/` are queues, as simple as can be: what a peer does with them is tested here. */
export class FakeQueues {
  readonly router: Router;
  /** What nobody is to get. */
  readonly dead: string[] = [];
  /** Resolves an acknowledgement later, as a durable queue does. */
  slow = false;
  readonly #waiting = new Map<string, Held[]>();
  #takers: Taking[] = [];
  #count = 0;

  constructor(router: Router) {
    const own: Partial<Router> = {
      resolve: (name) =>
        /^\/?queue[./]/.test(name) ? name.replace(/^\//, '').replaceAll('.', '/') : router.resolve(name),
      subscribe: async (subscriber) =>
        isQueue(subscriber.channel) ? this.#subscribe(subscriber) : router.subscribe(subscriber),
      unsubscribe: (subscriber) =>
        isQueue(subscriber.channel)
          ? this.#cancel((one) => one.subscriber === subscriber)
          : router.unsubscribe(subscriber),
      publish: (session, channel, event, placed) =>
        isQueue(channel) ? this.#publish(channel, event) : router.publish(session, channel, event, placed),
      leave: (session: Session) => {
        this.#cancel(({ subscriber }) => subscriber.session === session);
        return router.leave(session);
      },
    };
    this.router = new Proxy(router, {
      get: (target, key) => {
        const found = own[key as keyof Router] ?? target[key as keyof Router];
        return typeof found === 'function' ? (found as (...given: unknown[]) => unknown).bind(target) : found;
      },
    });
  }

  /** Texts that nobody holds. */
  waiting(channel: string): readonly string[] {
    return (this.#waiting.get(channel) ?? []).map(({ publication }) => publication.payload.text);
  }

  #publish(channel: string, { payload, headers }: PublishEvent): Publication {
    const order = ++this.#count;
    const publication = { id: `${1000 + order}`, channel, payload, time: 0, audience: undefined, headers };
    this.#queue(channel).push({ publication, order, attempt: 0 });
    this.#serve();
    return publication;
  }

  #subscribe(subscriber: Subscriber) {
    const group = { ...GROUP, channel: subscriber.channel };
    subscriber.joined?.(group, { position: undefined, recovered: undefined });
    this.#takers.push({ subscriber, unanswered: new Set() });
    this.#serve();
    return group;
  }

  #cancel(isMeant: (one: Taking) => boolean): void {
    const ended = this.#takers.filter(isMeant);
    this.#takers = this.#takers.filter((one) => !isMeant(one));
    for (const one of ended) for (const held of one.unanswered) this.#giveBack(held);
    this.#serve();
  }

  #giveBack(held: Held): void {
    const queue = this.#queue(held.publication.channel);
    queue.push(held);
    queue.sort((a, b) => a.order - b.order);
  }

  #serve(): void {
    for (const taking of this.#takers) {
      const { subscriber, unanswered } = taking;
      const queue = this.#queue(subscriber.channel);
      const { consumer } = subscriber;
      while (queue.length > 0 && unanswered.size < (consumer?.prefetch ?? 100)) {
        const held = queue.shift();
        if (held === undefined) return;
        held.attempt++;
        if (consumer === undefined) {
          subscriber.session.connection.send(
            subscriber.encode(held.publication, { ...GROUP, channel: subscriber.channel }),
          );
          continue;
        }
        unanswered.add(held);
        consumer.take(this.#delivery(taking, held));
      }
    }
  }

  #delivery(taking: Taking, held: Held): QueueDelivery {
    const { publication, attempt } = held;
    const answer = (done: () => void): MaybePromise<void> => {
      if (!taking.unanswered.delete(held)) return undefined;
      done();
      this.#serve();
      return this.slow ? new Promise((resolve) => setImmediate(resolve)) : undefined;
    };
    return {
      publication,
      attempt,
      redelivered: attempt > 1,
      acknowledge: () => answer(() => undefined),
      reject: (requeue) =>
        answer(() => {
          if (requeue) this.#giveBack(held);
          else this.dead.push(publication.payload.text);
        }),
    };
  }

  #queue(channel: string): Held[] {
    const queue = this.#waiting.get(channel) ?? [];
    this.#waiting.set(channel, queue);
    return queue;
  }
}

function isQueue(channel: string): boolean {
  return channel.startsWith('queue/');
}
