import type { ChannelSelection } from './broker.js';
import type { DeliveryPromise } from './delivery-promise.js';
import type { RouterError } from './errors.js';
import type { Frame } from './frame.js';
import type { HistoryFilter } from './history.js';
import type { HistoryPage, HistoryQuery } from './history-page.js';
import type { Match } from './match.js';
import type { MaybePromise } from './maybe-promise.js';
import type { LogPage, LogQuery } from './message-log.js';
import type { Payload } from './payload.js';
import type { Position } from './position.js';
import type { Publication, PublicationOptions, PublishEvent } from './publication.js';
import type { Consumer } from './queue.js';
import type { Principal, Session } from './session.js';
import type { SubscriptionGroup } from './topic.js';

/** The groups of subscribers of this node. They say who is there, so they are not for every peer. */
export interface SubscriptionGroups {
  /** Channels and patterns that have subscribers. */
  groups(): Iterable<SubscriptionGroup>;
  group(id: number): SubscriptionGroup | undefined;
  /** The group of a channel or pattern; undefined where nobody is subscribed to it. */
  groupOf(match: Match, channel: string): SubscriptionGroup | undefined;
  /** The groups that a publication on a channel would be delivered to, of the channel itself first. */
  matching(channel: string): readonly SubscriptionGroup[];
}

/** What a protocol session may ask of the router. Every refusal is a thrown `RouterError`. */
export interface Router extends SubscriptionGroups {
  /**
   * Makes a session known; it has to `leave` when its connection ends. Throws `limit_exceeded` for one too many of a
   * user.
   */
  open(session: Session): void;
  /**
   * The channel that a name means in protocols that write names in ways of their own: the name as it is, then without a
   * leading `/topic/` or `/`, then with `/` for `.`; the first that a route matches. The server's own names, which begin
   * with `wamp.` or `signalbox.`, mean themselves alone. Throws `no_such_route` and `invalid_channel`.
   */
  resolve(name: string): string;
  /** Resolves when the session is joined; until then, and after a refusal, nothing is delivered to it. */
  subscribe(subscriber: Subscriber): Promise<SubscriptionGroup>;
  unsubscribe(subscriber: Subscriber): MaybePromise<void>;
  /**
   * What is kept for who subscribes later, as far as this subscriber, which has joined, may have it: for each channel the
   * newest, at most 1,000, oldest first.
   */
  retained(subscriber: Subscriber): MaybePromise<readonly Publication[]>;
  /**
   * What is kept of the history of a channel, or of all channels of a pattern whose history the session may read, as far
   * as it may have it; at most 1,000 publications, and fewer if the filter says so. A channel whose handler has an
   * `onSubscribe` and no `patterns` is for its subscribers. Throws `no_such_route`, `invalid_channel`, `forbidden`.
   */
  history(
    session: Session,
    selection: ChannelSelection,
    filter?: HistoryFilter,
  ): MaybePromise<readonly Publication[]>;
  /**
   * A part of the history of one channel, and where to go on; fewer publications than asked for where they are large.
   * Throws what `history` throws, and `unavailable`.
   */
  historyPage(session: Session, channel: string, query: HistoryQuery): Promise<HistoryPage>;
  /**
   * What delivery a channel promises, told to who may subscribe to it, publish on it or read its history. Throws
   * `no_such_route`, `invalid_channel`, `forbidden`.
   */
  promise(session: Session, channel: string): DeliveryPromise;
  /**
   * Lines of the log of channels, as far as the session may have them: as with `history`. Throws `no_such_route`,
   * `invalid_channel`, `forbidden`.
   */
  search(session: Session, query: LogQuery): Promise<LogPage>;
  /** Forgets what a queue channel holds: its last consumer has gone for good. */
  deleteQueue(channel: string): MaybePromise<void>;
  /**
   * Resolves to the publication, or to nothing where the handler delivered none. `placed` is called when it is not kept yet
   * and has its place already: what is published after that comes later.
   */
  publish(
    session: Session,
    channel: string,
    event: PublishEvent,
    placed?: () => void,
  ): MaybePromise<Publication | undefined>;
  /**
   * What the server itself has to say on a channel, to the subscribers of this node: nobody's right to publish is asked,
   * and no handler. Does nothing where nobody listens; a function makes the payload only where somebody does.
   */
  announce(channel: string, payload: Payload | (() => Payload), options?: PublicationOptions): void;
  /**
   * Gives a session the identity of a new credential and ends the subscriptions and registrations that it may no longer have. Throws
   * `forbidden` if it is not the same user's.
   */
  renew(session: Session, principal: Principal): void;
  /** Leaves all topics at once, then tells the handlers. */
  leave(session: Session): MaybePromise<void>;
  /** The channel of a route and parameters. Throws `no_such_route` and `invalid_params`. */
  channel(routeName: string, params: Readonly<Record<string, string | number>>): string;
}

/** Where a subscription begins. */
export interface Start {
  /** What has been delivered up to here is known; undefined on channels without a history. */
  readonly position: Position | undefined;
  /**
   * Whether all that was published since the position that the subscriber named follows now, before anything else.
   * Undefined where it named none.
   */
  readonly recovered: boolean | undefined;
}

/** One session's interest in one channel or pattern of channels, and how that session reads a publication. */
export interface Subscriber {
  readonly session: Session;
  /** The channel, or the pattern as `match` says. */
  readonly channel: string;
  /**
   * Left out for `exact`. A pattern gets what is published on every channel that it matches and that the session may
   * subscribe to by the channel's own route; `.` and `/` in it mean the same, and an empty part of a wildcard is any.
   */
  readonly match?: Exclude<Match, 'exact'>;
  /** Subscribers of one group with equal keys read equal bytes, so the router encodes once per key. */
  readonly wireKey: string;
  encode(publication: Publication, group: SubscriptionGroup): Frame;
  /**
   * On a queue: takes its messages and answers for each. Left out, a message is sent as `encode` makes it, and is consumed
   * when the connection has sent it.
   */
  readonly consumer?: Consumer;
  /** Where it was before, on one channel: it gets what it has missed, or is told that this is not known. */
  readonly since?: Position | undefined;
  /** The trace that it asks in, as a `traceparent`. [W3C Trace Context] */
  readonly trace?: string | undefined;
  /** Has joined, and nothing has been delivered to it yet: the moment to acknowledge. */
  joined?(group: SubscriptionGroup, start: Start): void;
  /** The router has ended the subscription: tell the peer why, in the words of the protocol. */
  ended(why: RouterError): void;
}
