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
  joined(subscription: Wamp2Subscription): void;
  ended(subscription: Wamp2Subscription, why: RouterError): void;
}

/** A WAMP v2 subscription. All of a group with one serializer read the same EVENT. */
export class Wamp2Subscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly match?: 'prefix' | 'wildcard';
  readonly #wire: Wire;
  readonly #listener: SubscriptionListener;
  /** That of its group; 0 until it has joined. */
  id = 0;

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
    const head = headOf(publication, id, this.#topicOf(publication));
    return this.#wire.serializer.encode(head, publication.payload);
  }

  /** What was kept from before it subscribed. [WAMP2 §Event Retention] */
  sendRetained(publication: Publication): void {
    const details = { ...this.#topicOf(publication), retained: true };
    this.#wire.send(headOf(publication, this.id, details), publication.payload);
  }

  joined({ id }: SubscriptionGroup): void {
    this.id = id;
    this.#listener.joined(this);
  }

  ended(why: RouterError): void {
    this.#listener.ended(this, why);
  }

  /** Which channel it was, where a pattern does not say so. */
  #topicOf({ channel }: Publication): { readonly topic?: string } {
    return this.match === undefined ? {} : { topic: spellingOf(channel, this.channel) };
  }
}

function headOf(
  publication: Publication,
  id: number,
  details: Parameters<typeof eventDetails>[1],
): readonly unknown[] {
  return [MESSAGE.EVENT, id, Number(publication.id), eventDetails(publication, details)];
}
