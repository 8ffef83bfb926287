import type { Access, Route } from './route.js';

/** What came of it that a running server was told to read its settings, routes and handlers again. */
export interface ReloadReport {
  /** Whether it goes by them, or would. If not, it goes on as before. */
  readonly applied: boolean;
  /** Why not, for people. */
  readonly reason?: string;
  /** What is wrong, or is probably not as meant: severity, place, message, remedy and lines of each. */
  readonly findings: readonly object[];
  /** Routes by name. */
  readonly routes: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly name: string; readonly parts: readonly string[] }[];
    /** Whether those that are in both are tried in another order. */
    readonly reordered: boolean;
  };
  /** Handlers that are new instances. */
  readonly handlers: readonly string[];
  /** Handlers that demand something else than before, or that are not known here. */
  readonly demands: readonly DemandChange[];
  /** Live channels of this node, those with another route, handler or access, and those without a route. */
  readonly channels: { readonly live: number; readonly moved: number; readonly withdrawn: number };
  /** Subscriptions that have ended, and those whose handler is asked again. */
  readonly subscriptions: { readonly ended: number; readonly asked: number };
  /** Settings that have changed and count at once, such as `log.level`. No value is told. */
  readonly settings: readonly string[];
  /** What has changed and counts after a restart alone, such as `listen.port`. */
  readonly restart: readonly string[];
  /** Of what would be done alone: some of the live channels that it is about, those first that would lose subscribers. */
  readonly examples?: readonly {
    readonly channel: string;
    readonly before: string;
    readonly after: string | undefined;
    readonly subscriptions: number;
    readonly ends: number;
  }[];
}

/** What a handler demands beside its routes. */
export interface Demands {
  readonly access: Partial<Access>;
  /** Whether it is asked about each subscriber. */
  readonly asks: boolean;
}

/** A handler whose demands are others. */
export interface DemandChange {
  readonly handler: string;
  /** The routes that have it. */
  readonly routes: readonly string[];
  /** Undefined where the server has no such handler. */
  readonly before?: Partial<Access> | undefined;
  /** Undefined where nobody has said: then it is taken to demand nothing. */
  readonly after?: Partial<Access> | undefined;
}

/** Settings in a form that shows none of them: HMACs with SHA-256 of their values by dotted path, keyed by `salt`. */
export interface SettingsDigest {
  readonly salt: string;
  readonly digests: Readonly<Record<string, string>>;
  /** Paths of what comes from no file, and is not compared. */
  readonly overridden: readonly string[];
}

/** Another version of an application, as far as it can be told without its code and its secrets. */
export interface Draft {
  /** Those that there are, if left out. */
  readonly routes?: readonly Route[] | undefined;
  /** By the names that routes have. */
  readonly handlers?: Readonly<Record<string, Demands>> | undefined;
  /** Not compared if left out. */
  readonly settings?: SettingsDigest | undefined;
}

/**
 * Has a server read everything again; with `dry` it says what it would do, and does nothing. With `draft` it says what that would
 * do in place of what it could read.
 */
export type Reload = (options?: {
  readonly dry?: boolean;
  readonly draft?: Draft | undefined;
}) => Promise<ReloadReport>;
