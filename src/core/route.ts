import type { LogPolicy } from './message-log.js';
import type { PayloadContract } from './payload-contract.js';
import type { PresencePolicy } from './presence.js';
import type { QueuePolicy } from './queue.js';
import type { Rate } from './token-bucket.js';

/** Where something was written: the file, and line and column counted from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a parameter must look like. */
export interface Requirement {
  /** A regular expression for the whole value. */
  readonly pattern: string;
  /** Whether the literal `*` is allowed too. It is a value like others, not a pattern subscription. */
  readonly wildcard: boolean;
}

/** What can be allowed or refused. */
export const OPERATIONS = ['subscribe', 'publish', 'history', 'presence', 'call', 'register'] as const;

export type Operation = (typeof OPERATIONS)[number];

/**
 * Who may do what: rules of which one has to hold. A rule is a word (`owner`, a role) or an expression. An empty list
 * means nobody.
 */
export type Access = Readonly<Record<Operation, readonly string[]>>;

/** What an installation says about routes that say nothing: `history` and `presence` follow `subscribe` unless given. */
export type DefaultAccess = Pick<Access, 'subscribe' | 'publish'> & Partial<Access>;

/** Bounds of one route. */
export interface RouteLimits {
  /** Octets of a payload. */
  readonly payload?: number;
  /** Publications on all channels of the route, on one node. */
  readonly publish?: Rate;
  /** Subscriptions of one channel, on one node. */
  readonly subscribers?: number;
}

/** How many of the newest publications of each channel are kept, and for how long. */
export interface HistoryPolicy {
  readonly size: number;
  /** Milliseconds; undefined for as long as there is room. */
  readonly ttl: number | undefined;
  /** Whether it outlives the process, where the broker does not see to that anyway. */
  readonly durable?: boolean | undefined;
}

/** One line of routing: a pattern, its requirements, its handler, and who may do what. */
export interface Route {
  readonly name: string;
  /** Such as `oro/email_event/{user_id}/{organization_id}`. */
  readonly pattern: string;
  /** The handler's name; a route without one only generates channels. */
  readonly handler: string | undefined;
  /** What the ancestor called `handler.args`: handed to the handler with each request. */
  readonly args: readonly unknown[];
  readonly requirements: Readonly<Record<string, Requirement>>;
  readonly defaults: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly access: Access;
  readonly limits: RouteLimits;
  /** What its payloads have to be; undefined where they may be anything. */
  readonly payload?: PayloadContract | undefined;
  /** Undefined where nothing is kept. */
  readonly history?: HistoryPolicy | undefined;
  /** How many of the newest publications of a channel each new subscriber of it is sent first; undefined for none. */
  readonly replay?: number | undefined;
  /** Where it is given, each publication goes to one subscriber, and is held until that one has acknowledged it. */
  readonly queue?: QueuePolicy | undefined;
  /** Undefined where it is not kept who is there. */
  readonly presence?: PresencePolicy | undefined;
  /**
   * What happens to a subscriber that takes less than is published: it is disconnected, or it gets the newest publication of the
   * channel when it can take one again. Undefined for the former.
   */
  readonly slow?: 'disconnect' | 'conflate' | undefined;
  /** Undefined where nothing is logged. */
  readonly log?: LogPolicy | undefined;
  readonly source?: SourceLocation;
}
