/** What the API below `/admin/api` answers. Times are ISO texts, sizes octets, `loopDelay` milliseconds, `cpu` of one core. */
export interface Overview {
  readonly node: {
    readonly id: string;
    readonly version: string;
    readonly startedAt: string;
    readonly pid: number;
    readonly host: string;
    readonly urls: readonly string[];
  };
  readonly mode: 'read' | 'full';
  readonly table: { readonly hash: string; readonly routes: number; readonly loadedAt: string };
  readonly figures: Readonly<Record<string, number>>;
  readonly load: {
    readonly level: number;
    readonly loopDelay: number;
    readonly cpu: number;
    readonly rss: number;
    readonly heap: number;
  };
  readonly protocols: readonly {
    readonly protocol: string;
    readonly transport: string;
    readonly sessions: number;
  }[];
  readonly broker: {
    readonly kind: string;
    readonly ready: boolean;
    readonly reason?: string;
    readonly latency?: number;
  };
  /** Of `GET overview`. */
  readonly series?: Series;
  /** Of the stream: what comes after the rows so far. */
  readonly row?: readonly number[];
}

export interface Series {
  /** Milliseconds between two rows. */
  readonly step: number;
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

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

export interface QueueRow {
  readonly channel: string;
  readonly realm: string;
  readonly route?: string;
  /** Held, those given out included. */
  readonly messages: number;
  readonly unacknowledged: number;
  /** Of this node. */
  readonly consumers: number;
  /** Messages that there is room for. */
  readonly size?: number;
  /** The channel of its dead letters. */
  readonly deadLetter?: string;
  readonly durable?: boolean;
}

export interface RouteRow {
  readonly name: string;
  readonly pattern: string;
  readonly handler?: string;
  readonly file?: string;
  readonly line?: number;
  readonly access: Readonly<Record<string, readonly string[]>>;
  /** What its handler demands beside. */
  readonly demands?: Readonly<Record<string, readonly string[]>>;
  readonly traits: readonly string[];
  readonly channels: number;
  readonly subscribers: number;
  readonly publications: number;
  readonly deliveries: number;
  readonly refusals: number;
}

export interface RefusalRow {
  readonly time: string;
  readonly code: string;
  readonly reason: string;
  readonly hint?: string;
  readonly operation: string;
  readonly channel?: string;
  readonly route?: string;
  readonly principal?: Who;
  readonly session?: string;
  readonly remoteAddress?: string;
  readonly request?: string;
  readonly decided: readonly string[];
  readonly times: number;
}

export interface SlowRow {
  readonly time: string;
  readonly session: string;
  readonly channel?: string;
  readonly principal: Who;
  readonly buffered: number;
  readonly code: number | string;
}

export interface ReloadRow {
  readonly time: string;
  /** Whether the server goes by what it read. */
  readonly applied: boolean;
  /** In the words of `signalbox reload`. */
  readonly lines: readonly string[];
}

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

export interface Explanation {
  readonly allowed: boolean;
  readonly lines: readonly string[];
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
