import { RouterError } from '../../core/errors.js';
import { writePosition } from '../../core/position.js';
import type { Router, Start } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import type { Deliveries } from './deliveries.js';
import { type Selection, selectionOf } from './destination.js';
import type { StompFrame } from './frame-reader.js';
import type { MessageWriter } from './message.js';
import { isNotices, type Notices } from './notices.js';
import type { Pace } from './pace.js';
import type { Receipt } from './receipt.js';
import { isTempQueue, type ReplyQueues, replyDestination } from './reply-queues.js';
import { StompError } from './stomp-error.js';
import { readSubscribe } from './subscribe-request.js';
import { StompSubscription, type SubscriptionListener, type SubscriptionRequest } from './subscription.js';
import type { Wire } from './wire.js';
import type { HeaderPair } from './write-frame.js';

export interface SubscribingParts {
  readonly session: Session;
  readonly router: Router;
  readonly wire: Wire;
  readonly messages: MessageWriter;
  readonly deliveries: Deliveries;
  readonly pace: Pace;
  readonly replies: ReplyQueues;
  readonly notices: Notices;
  /** Messages that one subscription may hold unanswered. */
  readonly prefetch: number;
  /** Told of what is against the specification and served all the same. */
  tolerate(what: string): void;
  /** The router has ended a subscription. */
  ended(subscription: StompSubscription, why: RouterError): void;
}

/** What one session is subscribed to. */
export class Subscribing implements SubscriptionListener {
  readonly #parts: SubscribingParts;
  readonly #byName = new Map<string, StompSubscription>();
  /** Asked for when its subscription has joined. */
  #receipt: string | undefined;

  constructor(parts: SubscribingParts) {
    this.#parts = parts;
  }

  /** The RECEIPT comes before the first MESSAGE. [STOMP 1.2 §RECEIPT] */
  async subscribe(frame: StompFrame): Promise<Receipt> {
    const { wire, prefetch, notices, tolerate } = this.#parts;
    const request = readSubscribe(frame, { most: prefetch });
    if (request.id === undefined && wire.version !== '1.0') tolerate('subscription_without_id');
    if (this.#knows(request)) return 'now';
    this.#receipt = frame.headers.get('receipt');
    if (isNotices(request.destination)) {
      this.#acknowledge([]);
      notices.begin(request);
    } else await this.#join(request, this.#select(request));
    return 'sent';
  }

  /** By `id`, or by `destination` for who gave none. Throws `no_such_subscription`. */
  async unsubscribe({ headers }: StompFrame): Promise<Receipt> {
    const { notices, router } = this.#parts;
    const named = { id: headers.get('id'), destination: headers.get('destination') ?? '' };
    if (notices.goBy(named)) {
      notices.end();
      return 'now';
    }
    const subscription = this.#byName.get(nameOf(named));
    if (subscription === undefined) {
      throw new RouterError('no_such_subscription', 'this session has no such subscription', {
        hint: 'send the id of the SUBSCRIBE, or its destination if it had none',
      });
    }
    this.#forget(subscription);
    await router.unsubscribe(subscription);
    return 'now';
  }

  /** The destination by which others answer; from now on the session gets what is sent there. */
  async replyTo(destination: string): Promise<string> {
    const selection = this.#parts.replies.selectionOf(destination);
    if (!this.#hears(selection.channel)) {
      this.#receipt = undefined;
      const request = { id: destination, destination, ack: 'auto', prefetch: undefined } as const;
      await this.#join({ ...request, tellsPositions: false, since: undefined, trace: undefined }, selection);
    }
    return replyDestination(selection.channel);
  }

  joined(subscription: StompSubscription, start: Start): void {
    this.#relieve(subscription);
    this.#byName.set(nameOf(subscription.request), subscription);
    this.#acknowledge(subscription.request.tellsPositions ? describeStart(start) : []);
  }

  ended(subscription: StompSubscription, why: RouterError): void {
    this.#forget(subscription);
    this.#parts.ended(subscription, why);
  }

  #acknowledge(more: readonly HeaderPair[]): void {
    if (this.#receipt !== undefined) this.#parts.wire.acknowledge(this.#receipt, more);
  }

  /** Throws `StompError` for an id that is taken. Who names its subscriptions by destination may say the same twice. */
  #knows(request: SubscriptionRequest): boolean {
    const isKnown = this.#byName.has(nameOf(request)) || this.#parts.notices.goBy(request);
    if (!isKnown || request.id === undefined) return isKnown;
    throw new StompError(
      new RouterError('bad_request', 'this connection has a subscription of this id already', {
        hint: 'give each SUBSCRIBE an id of its own, or UNSUBSCRIBE first',
      }),
    );
  }

  /** Throws `bad_request` for a position of a pattern. */
  #select({ destination, since }: SubscriptionRequest): Selection {
    const { replies, router } = this.#parts;
    if (isTempQueue(destination)) return replies.selectionOf(destination);
    const selection = selectionOf(destination, router);
    if (selection.match === undefined || since === undefined) return selection;
    throw new RouterError('bad_request', 'a pattern has no position: each channel has its own', {
      hint: 'subscribe to the channel itself, or leave the header since empty',
    });
  }

  async #join(request: SubscriptionRequest, selection: Selection): Promise<void> {
    const { router, ...parts } = this.#parts;
    await router.subscribe(new StompSubscription(request, selection, { ...parts, listener: this }));
  }

  /** A reply queue that is subscribed to is not heard twice. */
  #relieve({ channel, request }: StompSubscription): void {
    if (!isTempQueue(request.destination)) return;
    const implicit = this.#byName.get(nameOf({ ...request, id: request.destination }));
    if (implicit?.channel !== channel) return;
    this.#forget(implicit);
    void this.#parts.router.unsubscribe(implicit);
  }

  #hears(channel: string): boolean {
    for (const subscription of this.#byName.values()) if (subscription.channel === channel) return true;
    return false;
  }

  #forget(subscription: StompSubscription): void {
    subscription.close();
    this.#byName.delete(nameOf(subscription.request));
  }
}

/** What a peer calls a subscription. */
function nameOf({ id, destination }: Pick<SubscriptionRequest, 'id' | 'destination'>): string {
  return id === undefined ? `destination ${destination}` : `id ${id}`;
}

/** Headers of the RECEIPT of who asked for positions. */
function describeStart({ position, recovered }: Start): readonly HeaderPair[] {
  const head: HeaderPair[] = [];
  if (position !== undefined) head.push(['position', writePosition(position)]);
  if (recovered !== undefined) head.push(['recovered', String(recovered)]);
  return head;
}
