import type { RouterError } from './errors.js';
import type { Frame } from './frame.js';
import type { MaybePromise } from './maybe-promise.js';
import type { Publication, PublishEvent } from './publication.js';
import type { Principal, Session } from './session.js';
import type { Topic } from './topic.js';

/** What a protocol session may ask of the router. Every refusal is a thrown `RouterError`. */
export interface Router {
  /**
   * Makes a session known; it has to `leave` when its connection ends. Throws `limit_exceeded` for one too many of a
   * user.
   */
  open(session: Session): void;
  /** Resolves when the session is joined; until then, and after a refusal, nothing is delivered to it. */
  subscribe(subscriber: Subscriber): Promise<Topic>;
  unsubscribe(subscriber: Subscriber): MaybePromise<void>;
  /** Resolves to the publication, or to nothing where the handler delivered none. */
  publish(session: Session, channel: string, event: PublishEvent): MaybePromise<Publication | undefined>;
  /**
   * Gives a session the identity of a new credential and ends the subscriptions that it may no longer have. Throws
   * `forbidden` if it is not the same user's.
   */
  renew(session: Session, principal: Principal): void;
  /** Leaves all topics at once, then tells the handlers. */
  leave(session: Session): MaybePromise<void>;
  /** The channel of a route and parameters. Throws `no_such_route` and `invalid_params`. */
  channel(routeName: string, params: Readonly<Record<string, string | number>>): string;
}

/** One session's interest in one channel, and how that session reads a publication. */
export interface Subscriber {
  readonly session: Session;
  readonly channel: string;
  /** Subscribers of one topic with equal keys read equal bytes, so the router encodes once per key. */
  readonly wireKey: string;
  encode(publication: Publication, topic: Topic): Frame;
  /** The router has ended the subscription: tell the peer why, in the words of the protocol. */
  ended(why: RouterError): void;
}
