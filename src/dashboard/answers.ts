import type {
  InspectedQueue,
  NodeOverview,
  RouteFigures,
  SeenRefusal,
  SeenReload,
  Series as SeriesOfNode,
  SlowPeer,
} from '../core/inspection.js';
import type { Wire } from './wire.js';

export type { Explanation } from '../core/inspection.js';

/** What the API below `/admin/api` answers. */
export interface Overview extends Wire<NodeOverview> {
  readonly mode: 'read' | 'full';
  /** Of `GET overview`. */
  readonly series?: Series;
  /** Of the stream: what comes after the rows so far. */
  readonly row?: readonly number[];
}

export type Series = Wire<SeriesOfNode>;

export interface Who {
  readonly kind: string;
  readonly id?: string;
  readonly roles?: readonly string[];
  readonly organizations?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface SessionRow {
  readonly id: string;
  readonly protocol: string;
  readonly transport: string;
  readonly remoteAddress: string;
  readonly principal: Who;
  readonly since: string;
  /** How many; each of them where one session is asked for. */
  readonly subscriptions: number;
  readonly buffered: number;
  readonly realm?: string;
}

export interface SubscriptionRow {
  readonly channel: string;
  readonly match: string;
  readonly route?: string;
}

export interface SessionDetail extends Omit<SessionRow, 'subscriptions'> {
  readonly subscriptions: readonly SubscriptionRow[];
}

export interface ChannelRow {
  readonly channel: string;
  readonly route: string;
  readonly subscribers: number;
  readonly publications: number;
  /** Publications a second. */
  readonly rate: number;
  readonly realm?: string;
  readonly history?: { readonly offset: number; readonly epoch: string };
}

export interface QueueRow extends Wire<Omit<InspectedQueue, 'route'>> {
  readonly route?: string;
  /** Messages that there is room for. */
  readonly size?: number;
  /** The channel of its dead letters. */
  readonly deadLetter?: string;
  readonly durable?: boolean;
}

export interface RouteRow extends Wire<RouteFigures> {
  readonly name: string;
  readonly pattern: string;
  readonly handler?: string;
  readonly file?: string;
  readonly line?: number;
  readonly access: Readonly<Record<string, readonly string[]>>;
  /** What its handler demands beside. */
  readonly demands?: Readonly<Record<string, readonly string[]>>;
  readonly traits: readonly string[];
}

export interface RefusalRow extends Wire<Omit<SeenRefusal, 'principal'>> {
  readonly principal?: Who;
}

export interface SlowRow extends Wire<Omit<SlowPeer, 'session'>> {
  readonly session: string;
  readonly principal: Who;
}

export type ReloadRow = Wire<SeenReload>;

export interface NodeRow {
  readonly id: string;
  readonly version: string;
  /** The hash of its routing table: nodes that differ route differently. */
  readonly table: string;
  readonly startedAt: string;
  readonly connections: number;
  readonly sessions: number;
  readonly channels: number;
  readonly subscriptions: number;
  /** How late its event loop is, in milliseconds. */
  readonly lag: number;
  /** Milliseconds since its last sign of life. */
  readonly heartbeat: number;
}

export interface PublicationRow {
  readonly id: string;
  readonly time: string;
  readonly offset?: number;
  readonly epoch?: string;
  /** Both, as `since` takes them. */
  readonly position?: string;
  readonly channel?: string;
  readonly route?: string;
  readonly publisher?: unknown;
  /** With what is masked; left out where `omitted` says why. */
  readonly payload?: unknown;
  /** `hidden`, `too large`, `binary` or `unreadable`. */
  readonly omitted?: string;
  readonly contentType?: string;
  readonly size: number;
  readonly deliveries?: number;
}

export interface PresenceAnswer {
  readonly channel: string;
  readonly members?: readonly {
    readonly id?: string;
    readonly name?: string;
    readonly since?: number | string;
    readonly sessions: number;
  }[];
  readonly users: number;
  readonly sessions: number;
}

/** A page of a list. */
export interface Listed {
  readonly total: number;
  readonly next?: string;
}

/** A principal as the API takes it: `anonymous`, `backend`, or a user. */
export type Actor =
  | string
  | {
      readonly kind: 'user';
      readonly id: string;
      readonly roles: readonly string[];
      readonly organizations: readonly string[];
    };
