import type { Backoff } from './backoff.js';
import type { ProtocolName } from './codecs.js';

/** As much of a WebSocket as the client needs: the browser's, or that of the package `ws`. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  /** Above 1 it is closing or closed. */
  readonly readyState?: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** The timers of the platform, or of a test. */
export interface Clock {
  setTimeout(action: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export type MaybePromise<T> = T | Promise<T>;
export type Headers = Readonly<Record<string, string>>;

/** All times in milliseconds. */
export interface SyncOptions {
  /** `ws:`, `wss:`, `http:` or `https:`; may be relative to the page. Without it: `/ws` of where the script came from. */
  readonly url?: string | undefined;
  /** `wamp.2.json` (WAMP v2), or `wamp` (WAMP v1) for servers that speak nothing newer. */
  readonly protocol?: ProtocolName | undefined;
  /** The world of channels to join, in WAMP v2; `realm1`. */
  readonly realm?: string | undefined;
  /**
   * What proves who connects, or a function that gets a new one for every attempt and every renewal. Undefined from the
   * function: connect as nobody.
   */
  readonly ticket?: string | (() => MaybePromise<string | undefined>) | undefined;
  /** Where a POST answers `{"ticket": "..."}`; asked for every attempt and every renewal. */
  readonly ticketUrl?: string | undefined;
  /** The same as `ticket` for a JSON Web Token, which is sent as `?token=`; not looked at beside a ticket. */
  readonly token?: string | (() => MaybePromise<string | undefined>) | undefined;
  /** Headers of that POST, or a function that gives them, as for a CSRF token. */
  readonly headers?: Headers | (() => MaybePromise<Headers>) | undefined;
  /** False to wait for `connect()`; otherwise the first subscribe, publish or call connects. */
  readonly autoConnect?: boolean;
  /** How many publications and calls may wait for a connection; 100. */
  readonly queueSize?: number;
  /** How long a call waits for its answer; 30,000. */
  readonly callTimeout?: number;
  /** How long an attempt may take, from the ticket to the welcome; 20,000. */
  readonly connectTimeout?: number;
  /** The longest pause before the first retry; 500. It doubles for each one after it. */
  readonly minRetryDelay?: number;
  /** No pause is longer; 30,000. */
  readonly maxRetryDelay?: number;
  /** How long a connection must have lasted for the pauses to start small again; 5,000. */
  readonly stableAfter?: number;
  /** The class to open sockets with; without it the global one. */
  readonly WebSocket?: (new (url: string, protocols: string[]) => Socket) | undefined;
  /** For tests: timers other than the platform's. */
  readonly clock?: Clock;
  /** For tests: a source of numbers from 0 to below 1. */
  readonly random?: () => number;
}

/** The options with every default filled in. */
export type Settings = SyncOptions &
  Backoff &
  Required<
    Pick<
      SyncOptions,
      'autoConnect' | 'queueSize' | 'callTimeout' | 'connectTimeout' | 'stableAfter' | 'clock' | 'random'
    >
  > & { readonly protocol: ProtocolName; readonly realm: string };

export const DEFAULTS: Settings = {
  protocol: 'wamp.2.json',
  realm: 'realm1',
  autoConnect: true,
  queueSize: 100,
  callTimeout: 30_000,
  connectTimeout: 20_000,
  minRetryDelay: 500,
  maxRetryDelay: 30_000,
  stableAfter: 5_000,
  clock: {
    setTimeout: (action, milliseconds) => setTimeout(action, milliseconds),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  },
  random: Math.random,
};

/** What is undefined does not replace what is set. */
export function withDefaults(settings: Settings, options: SyncOptions): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(given) };
}
