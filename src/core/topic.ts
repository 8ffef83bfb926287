import type { Match } from './match.js';
import type { MaybePromise } from './maybe-promise.js';
import type { Position } from './position.js';
import type { PresenceWords, Present } from './presence.js';
import type { Publication, PublicationOptions, PublishEvent } from './publication.js';
import type { Access, Route } from './route.js';
import type { CallEvent } from './rpc.js';
import type { Session } from './session.js';

/** The channel that was asked for, and how it matched. */
export interface TopicRequest {
  readonly channel: string;
  readonly route: Route;
  /** The parameters as text, without percent-decoding. */
  readonly params: Readonly<Record<string, string>>;
}

/** The subscribers of one channel, or of one pattern of channels. Iterates over their sessions on this node. */
export interface SubscriptionGroup extends Iterable<Session> {
  /** A whole number above 0, different for each group of a node. */
  readonly id: number;
  /** The channel or the pattern. */
  readonly channel: string;
  readonly match: Match;
  /** When the first of them subscribed, in milliseconds since 1970. */
  readonly created: number;
  /** Subscriptions on this node. */
  readonly size: number;
}

/** One live channel with its subscribers. */
export interface Topic extends SubscriptionGroup {
  readonly request: TopicRequest;
  /** Where the deliveries of this node are in the history; undefined without one, or while nobody is subscribed. */
  readonly position?: Position | undefined;
  has(session: Session): boolean;
  /** The subscribed sessions of one user on this node. */
  sessionsOf(userId: string): readonly Session[];
  /** The subscribed sessions that have one of the roles, on this node. */
  sessionsWith(...roles: readonly string[]): readonly Session[];
  /**
   * Who is subscribed on all nodes, back ends left out; of the sessions no more than the route's `presence.members`, oldest
   * first. Throws `no_such_route` where the route has no `presence`.
   */
  present(): MaybePromise<Present>;
  /**
   * Tells who is subscribed on all nodes, as the channel of its presence does: `members` at once, and then what changes, until the returned
   * function is called. Whatever `told` throws is logged. Throws `no_such_route` where the route has no `presence`, and `unavailable`.
   */
  watch(told: (words: PresenceWords) => MaybePromise<void>): MaybePromise<() => void>;
  /** Publishes to the subscribers on this node alone. It is in no history, and in the log of the route as it is here. */
  tell(payload: unknown, options?: PublicationOptions): MaybePromise<void>;
  /** Publishes to the subscribers. Without an audience, to all of them; the publisher is one like any other. */
  broadcast(payload: unknown, options?: PublicationOptions): MaybePromise<Publication>;
}

/** A task of a live channel: starts with its first subscriber, stops with its last, never overlaps itself. */
export interface TopicTimer {
  /** Milliseconds between two runs. */
  readonly interval: number;
  tick(topic: Topic): MaybePromise<void>;
}

/**
 * What the application writes. Every hook is optional; one instance serves all channels of its routes.
 *
 * A hook refuses by throwing: a `RouterError` reaches the peer as it is, anything else as `handler_failed`.
 * `onSubscribe` runs before the session joins, `onSubscribed` after it. Without `onPublish` nobody may publish; with it, only what it
 * broadcasts is delivered. Return the publication so that the publisher is told its id.
 *
 * With `onCall` the channel is a procedure, too: what it returns is the result, a `Results` as several values, and what it
 * throws the error, a `CallError` by a name of its own.
 */
export interface TopicHandler {
  /**
   * What this handler demands beside the route's own access, whatever the route says. Where it demands something for `subscribe`
   * and nothing for `history` or `presence`, that holds for those, too, but not for back ends.
   */
  readonly access?: Partial<Access>;
  readonly timers?: readonly TopicTimer[];
  /**
   * Whether subscriptions to patterns get what is published on its channels, by access alone; without it they do not
   * where there is an `onSubscribe`, which cannot be asked for them.
   */
  readonly patterns?: boolean;
  /**
   * The methods of this object that may be called where the route has a parameter `method`, as `add` and `addAll` by
   * `math/add` and `math/add_all` on `math/{method}`; each is called like `onCall`.
   */
  readonly methods?: readonly string[];
  onCall?(session: Session, request: TopicRequest, call: CallEvent): MaybePromise<unknown>;
  onSubscribe?(session: Session, topic: Topic, request: TopicRequest): MaybePromise<void>;
  /** The session has joined and been told so. It cannot be refused here; what it throws is logged. */
  onSubscribed?(session: Session, topic: Topic, request: TopicRequest): MaybePromise<void>;
  onUnsubscribe?(session: Session, topic: Topic, request: TopicRequest): MaybePromise<void>;
  onPublish?(
    session: Session,
    topic: Topic,
    request: TopicRequest,
    event: PublishEvent,
  ): MaybePromise<Publication | undefined | void>;
}

/** A task of the whole server, found in `topics/` by its static `periodic` name. */
export interface PeriodicTask {
  /** Milliseconds between two runs; a run is left out while the one before it lasts. */
  readonly interval: number;
  tick(): MaybePromise<void>;
}
