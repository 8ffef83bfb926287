import type { Route } from './route.js';

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
  /** Live channels of this node, those with another route, handler or access, and those without a route. */
  readonly channels: { readonly live: number; readonly moved: number; readonly withdrawn: number };
  /** Subscriptions that have ended, and those whose handler is asked again. */
  readonly subscriptions: { readonly ended: number; readonly asked: number };
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

/**
 * Has a server read everything again; with `dry` it says what it would do, and does nothing. With `routes` it says what they would do
 * in place of those that it could read.
 */
export type Reload = (options?: {
  readonly dry?: boolean;
  readonly routes?: readonly Route[] | undefined;
}) => Promise<ReloadReport>;
