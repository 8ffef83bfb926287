import type { RouterError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import type { Publication } from '../../core/publication.js';
import type { Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import { spellingOf } from '../../core/spelling.js';
import type { SubscriptionGroup } from '../../core/topic.js';
import { MESSAGE } from './codec.js';
import { eventDetails } from './event.js';
import type { Wire } from './wire.js';

/** What a subscription tells its session. */
export interface SubscriptionListener {
  joined(subscription: Wamp2Subscription, group: SubscriptionGroup): void;
  ended(subscription: Wamp2Subscription, why: RouterError): void;
}

/** A WAMP v2 subscription. All of a group with one serializer read the same EVENT. */
export class Wamp2Subscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly match?: 'prefix' | 'wildcard';
  readonly #wire: Wire;
  readonly #listener: SubscriptionListener;
  /** Known from the moment it has joined. */
  group: SubscriptionGroup | undefined;

  constructor(
    { session, channel, match }: Pick<Subscriber, 'session' | 'channel' | 'match'>,
    wire: Wire,
    listener: SubscriptionListener,
  ) {
    this.session = session;
    this.channel = channel;
    if (match !== undefined) this.match = match;
    this.#wire = wire;
    this.#listener = listener;
  }

  get wireKey(): string {
    return this.#wire.serializer.subprotocol;
  }

  /** `[36, subscription, publication, details, args, kwargs]`. [WAMP2 §EVENT] */
  encode(publication: Publication, { id }: SubscriptionGroup): Frame {
    return this.#event(publication, id, this.#topicOf(publication));
  }

  /** What was kept from before it subscribed. [WAMP2 §Event Retention] */
  sendRetained(publication: Publication): void {
    const details = { ...this.#topicOf(publication), retained: true };
    this.#wire.connection.send(this.#event(publication, this.group?.id ?? 0, details));
  }

  joined(group: SubscriptionGroup): void {
    this.group = group;
    this.#listener.joined(this, group);
  }

  ended(why: RouterError): void {
    this.#listener.ended(this, why);
  }

  #event(publication: Publication, id: number, details: Parameters<typeof eventDetails>[1]): Frame {
    const head = [MESSAGE.EVENT, id, Number(publication.id), eventDetails(publication, details)];
    return this.#wire.serializer.encode(head, publication.payload);
  }

  /** Which channel it was, where a pattern does not say so. */
  #topicOf({ channel }: Publication): { readonly topic?: string } {
    return this.match === undefined ? {} : { topic: spellingOf(channel, this.channel) };
  }
}
