import type { RouterError } from './errors.js';
import type { MaybePromise } from './maybe-promise.js';
import type { NodeOverview, Series } from './node-overview.js';
import type { Page } from './page.js';
import type { Payload } from './payload.js';
import type { PresenceReport } from './presence.js';
import type { Publication } from './publication.js';
import type { Access, Operation, Route } from './route.js';
import type { Subscriber } from './router.js';
import type { Principal, Session, SessionId } from './session.js';
import type { Topic } from './topic.js';

/**
 * What is counted of one route on this node since its start: publications that came by here, and what subscribers of this node
 * were sent of them. `channels` and `subscribers` are those of now.
 */
export interface RouteFigures {
  readonly publications: number;
  readonly deliveries: number;
  readonly refusals: number;
  readonly channels: number;
  readonly subscribers: number;
}

/** What a router has refused, and to whom. */
export interface Refused {
  /** Code, reason, remedy and the id of the request. */
  readonly error: RouterError;
  readonly operation: Operation;
  readonly session: Session;
  readonly channel: string;
  /** The name of the route, where there is one for the channel. */
  readonly route: string | undefined;
  /** What access was decided by, where that refused it; costs something to be told. */
  decided(): readonly string[];
}

/** Hears what a router would otherwise only count. It must not throw. */
export interface RouterWatch {
  refused(refusal: Refused): void;
  /** A subscriber takes less than is published: from now on it gets the newest alone. */
  conflated(session: Session, channel: string): void;
}

/** Which publications are watched: of a channel, with `*` for a segment and `**` at the end for all; or those that reach a user. */
export type TailQuery = { readonly channel: string } | { readonly user: string };

/** A publication that is watched. */
export interface Tailed {
  readonly publication: Publication;
  readonly route: Route;
  /** How many subscribers of this node have been sent it so far. */
  readonly deliveries: number;
}

/** A live channel and what was published on it. */
export interface CountedTopic extends Topic {
  /** Since it became live, on this node. */
  readonly publications: number;
  /** Publications a second, as last looked at; undefined before that. */
  rate: number | undefined;
  /** What `publications` was when it was looked at; -1 before that. */
  counted: number;
}

/** What an operator sees of one router. Nothing is asked of access: who asks may see all of it. */
export interface RouterInspection {
  readonly sessions: Iterable<Session>;
  /** The live channels of this node. */
  readonly topics: ReadonlyMap<string, CountedTopic>;
  /** What is counted, by the name of the route; of routes on which something has happened. */
  readonly routeFigures: ReadonlyMap<string, RouteFigures>;
  /** Whether a session is open here. */
  has(session: Session): boolean;
  subscribersOf(session: Session): ReadonlySet<Subscriber>;
  /** Calls back for each publication that is wanted, until the returned function is called. */
  tail(query: TailQuery, told: (tailed: Tailed) => void): () => void;
  /**
   * What is kept of the history of a channel, oldest first: the newest, or what follows an offset. Throws `no_such_route`,
   * `invalid_channel` and `unavailable`.
   */
  kept(channel: string, query: KeptQuery): Promise<readonly Publication[]>;
  /** Throws `no_such_route`, `invalid_channel` and `unavailable`. */
  presence(channel: string): Promise<PresenceReport>;
  /** The route of a channel. Throws `no_such_route` and `invalid_channel`. */
  routeOf(channel: string): Route;
}

export interface KeptQuery {
  /** Only what follows this offset, the oldest of it; undefined for the newest. */
  readonly after: number | undefined;
  readonly limit: number;
}

/** Which part of a list an operator wants. */
export interface ListQuery {
  /** A text that has to be in it, whatever the case of its letters. */
  readonly search?: string | undefined;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

export interface SessionQuery extends ListQuery {
  readonly protocol?: string | undefined;
  /** Only those that are subscribed to it by its name. */
  readonly channel?: string | undefined;
}

export const CHANNEL_ORDERS = ['name', 'subscribers', 'rate'] as const;

export interface ChannelQuery extends ListQuery {
  readonly sort: (typeof CHANNEL_ORDERS)[number];
}

/** A page with the cursor of the next one. */
export interface ListPage<T> extends Page<T> {
  readonly next: string | undefined;
}

/** A session as a list has it. */
export interface InspectedSession {
  readonly session: Session;
  readonly realm: string;
  readonly subscribers: ReadonlySet<Subscriber>;
}

/** A live channel as a list has it. */
export interface InspectedChannel {
  readonly topic: CountedTopic;
  readonly realm: string;
  /** Publications a second. */
  readonly rate: number;
}

export interface InspectedRoute {
  readonly route: Route;
  /** What its handler demands beside; undefined where it demands nothing. */
  readonly demands: Partial<Access> | undefined;
  readonly figures: RouteFigures;
}

/** A refusal as it is remembered. */
export interface SeenRefusal {
  /** Of the newest, in milliseconds since 1970. */
  readonly time: number;
  readonly code: string;
  readonly reason: string;
  readonly hint: string | undefined;
  /** `connect` for a handshake. */
  readonly operation: Operation | 'connect';
  readonly channel: string | undefined;
  readonly route: string | undefined;
  readonly principal: Principal | undefined;
  readonly session: SessionId | undefined;
  readonly remoteAddress: string | undefined;
  /** The id by which the log has it. */
  readonly request: string | undefined;
  readonly decided: readonly string[];
  /** How many like it came one after the other. */
  readonly times: number;
}

/** A peer that takes less than it is sent. */
export interface SlowPeer {
  readonly time: number;
  readonly session: Session;
  readonly channel: string | undefined;
  /** Octets that waited for it. */
  readonly buffered: number;
  /** The close code of one that was disconnected. */
  readonly code: number | 'conflated' | 'congested';
}

/** What somebody wants to do on a channel. */
export interface ExplainedWish {
  readonly operation: Operation;
  readonly channel: string;
  readonly principal: Principal;
  /** What is published, for rules and schemas that look at it. */
  readonly payload?: Payload | undefined;
  /** The main one without a name. */
  readonly realm?: string | undefined;
}

export interface Explanation {
  readonly allowed: boolean;
  /** As `signalbox explain` prints them. */
  readonly lines: readonly string[];
}

/** What operators see of this node. Lists are of this node alone. */
export interface NodeInspection {
  overview(): NodeOverview;
  /** The last five minutes. */
  series(): Series;
  sessions(query: SessionQuery): ListPage<InspectedSession>;
  session(id: SessionId): InspectedSession | undefined;
  channels(query: ChannelQuery): ListPage<InspectedChannel>;
  routes(): readonly InspectedRoute[];
  /** The newest first. */
  refusals(): readonly SeenRefusal[];
  slow(): readonly SlowPeer[];
  /** Throws `bad_request` for a realm that is not there. */
  explain(wish: ExplainedWish): MaybePromise<Explanation>;
  /** What is in one realm; of the main one without a name. Throws `bad_request` for one that is not there. */
  realm(name: string | undefined): RouterInspection;
  /** Calls back every second with the newest row of the series, and for each refusal, until the returned function is called. */
  watch(seen: OperatorWatch): () => void;
}

export interface OperatorWatch {
  second(row: readonly number[]): void;
  refused(refusal: SeenRefusal): void;
}
