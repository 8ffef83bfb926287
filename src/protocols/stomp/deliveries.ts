import { IdMap } from '../../core/id-map.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { QueueDelivery } from '../../core/queue.js';

/** A message of a queue that a peer has been sent and has not answered. */
export interface OpenDelivery {
  /** What it is acknowledged by from 1.2 on: another for each time that a message is sent. */
  readonly ackId: string;
  readonly delivery: QueueDelivery;
  readonly of: DeliveryList;
}

interface Entry extends OpenDelivery {
  readonly number: number;
  readonly of: DeliveryList;
  older: Entry | undefined;
  newer: Entry | undefined;
}

/** How a peer answers: it has consumed a message, or not and it goes back, or not and nobody is to get it. */
export type Answer = 'acknowledge' | 'requeue' | 'discard';

/** What one subscription has been sent and has not been answered, in the order sent. */
export class DeliveryList {
  /** Whether an answer counts for all that was sent before, too. [STOMP 1.2 §SUBSCRIBE ack Header] */
  readonly cumulative: boolean;
  oldest: Entry | undefined;
  newest: Entry | undefined;

  constructor({ cumulative }: { readonly cumulative: boolean }) {
    this.cumulative = cumulative;
  }
}

/** All that one session has been sent of queues and has not been answered. */
export class Deliveries {
  readonly #entries = new IdMap<Entry>();
  /** The same by the ids of their publications: a message is in one place alone. */
  readonly #byMessage = new IdMap<Entry>();
  #last = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Returns its `ackId`. */
  add(of: DeliveryList, delivery: QueueDelivery): string {
    const number = ++this.#last;
    const ackId = `${delivery.publication.id}.${number}`;
    const entry: Entry = { number, ackId, delivery, of, older: of.newest, newer: undefined };
    if (of.newest === undefined) of.oldest = entry;
    else of.newest.newer = entry;
    of.newest = entry;
    this.#entries.set(number, entry);
    this.#byMessage.set(Number(delivery.publication.id), entry);
    return ackId;
  }

  /** By its `ackId`, or by the id of its message. Undefined for one that there is not, or not any more. */
  find(id: string): OpenDelivery | undefined {
    const dot = id.indexOf('.');
    const number = Number(id.slice(dot + 1));
    if (!Number.isInteger(number) || number < 1) return undefined;
    const entry = dot === -1 ? this.#byMessage.get(number) : this.#entries.get(number);
    return entry?.ackId === id || entry?.delivery.publication.id === id ? entry : undefined;
  }

  /** Answers a message, and those before it where its list is cumulative. Nothing happens where it was answered meanwhile. */
  answer(found: OpenDelivery, answer: Answer): MaybePromise<void> {
    const entry = found as Entry;
    if (this.#entries.get(entry.number) !== entry) return undefined;
    // What goes back may come again at once, so that all are taken out first.
    const answered = entry.of.cumulative ? this.#takeUpTo(entry) : [this.#take(entry)];
    const done = answered.map(({ delivery }) => give(delivery, answer)).filter((one) => one !== undefined);
    return done.length === 0 ? undefined : Promise.all(done).then(() => undefined);
  }

  /** Forgets what one subscription was sent; its queue has it back. */
  forget(list: DeliveryList): void {
    while (list.oldest !== undefined) this.#take(list.oldest);
  }

  #takeUpTo(last: Entry): readonly Entry[] {
    const taken: Entry[] = [];
    for (let entry = last.of.oldest; entry !== undefined; entry = last.of.oldest) {
      taken.push(this.#take(entry));
      if (entry === last) break;
    }
    return taken;
  }

  #take(entry: Entry): Entry {
    const { of, older, newer } = entry;
    if (older === undefined) of.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) of.newest = older;
    else newer.older = older;
    this.#entries.delete(entry.number);
    this.#byMessage.delete(Number(entry.delivery.publication.id));
    return entry;
  }
}

function give(delivery: QueueDelivery, answer: Answer): MaybePromise<void> {
  return answer === 'acknowledge' ? delivery.acknowledge() : delivery.reject(answer === 'requeue');
}
