import type { RouterError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import type { Publication } from '../../core/publication.js';
import type { Start, Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import { spellingOf } from '../../core/spelling.js';
import type { SubscriptionGroup } from '../../core/topic.js';
import { MESSAGE } from './codec.js';
import { type EventAttributes, eventDetails, positionOf } from './event.js';
import type { Wire } from './wire.js';

/** What a subscription tells its session. */
export interface SubscriptionListener {
  joined(subscription: Wamp2Subscription, start: Start): void;
  ended(subscription: Wamp2Subscription, why: RouterError): void;
}

/** What a session subscribes to. */
export interface Wanted extends Pick<Subscriber, 'session' | 'channel' | 'match' | 'since' | 'trace'> {
  /** Whether positions are told. */
  readonly tellsPositions: boolean;
}

/**
 * A WAMP v2 subscription. All of a group with one serializer read the same EVENT, those who want positions another one than
 * the others.
 */
export class Wamp2Subscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly match?: 'prefix' | 'wildcard';
  readonly since?: Subscriber['since'];
  readonly trace: string | undefined;
  readonly tellsPositions: boolean;
  readonly wireKey: string;
  readonly #wire: Wire;
  readonly #listener: SubscriptionListener;
  /** That of its group; 0 until it has joined. */
  id = 0;

  constructor(
    { session, channel, match, since, trace, tellsPositions }: Wanted,
    wire: Wire,
    listener: SubscriptionListener,
  ) {
    this.session = session;
    this.channel = channel;
    if (match !== undefined) this.match = match;
    this.since = since;
    this.trace = trace;
    this.tellsPositions = tellsPositions;
    const { subprotocol } = wire.serializer;
    this.wireKey = tellsPositions ? `${subprotocol} position` : subprotocol;
    this.#wire = wire;
    this.#listener = listener;
  }

  /** `[36, subscription, publication, details, args, kwargs]`. [WAMP2 §EVENT] */
  encode(publication: Publication, { id }: SubscriptionGroup): Frame {
    const head = headOf(publication, id, this.#attributesOf(publication));
    return this.#wire.serializer.encode(head, publication.payload);
  }

  /** What was kept from before it subscribed. [WAMP2 §Event Retention] */
  sendRetained(publication: Publication): void {
    const details = { ...this.#attributesOf(publication), retained: true };
    this.#wire.send(headOf(publication, this.id, details), publication.payload);
  }

  joined({ id }: SubscriptionGroup, start: Start): void {
    this.id = id;
    this.#listener.joined(this, start);
  }

  ended(why: RouterError): void {
    this.#listener.ended(this, why);
  }

  /** Which channel it was, where a pattern does not say so, and where it is in its history. */
  #attributesOf(publication: Publication): EventAttributes {
    const topic = this.match === undefined ? {} : { topic: spellingOf(publication.channel, this.channel) };
    return this.tellsPositions ? { ...topic, ...positionOf(publication) } : topic;
  }
}

function headOf(publication: Publication, id: number, details: EventAttributes): readonly unknown[] {
  return [MESSAGE.EVENT, id, Number(publication.id), eventDetails(publication, details)];
}
