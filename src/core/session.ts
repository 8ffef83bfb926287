import type { Connection } from './connection.js';
import type { Disconnect } from './errors.js';
import { every } from './interval.js';
import type { MaybePromise } from './maybe-promise.js';
import type { TokenBucket } from './token-bucket.js';

export type SessionId = string;

/** Who a session is. */
export interface Principal {
  readonly kind: 'anonymous' | 'user' | 'backend';
  /** The user's id, or the name of a back-end key; absent for anonymous peers. */
  readonly id?: string;
  readonly roles: readonly string[];
  readonly organizations: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  /** What its credential grants beyond its roles; counts where a route's access says `granted`. */
  readonly grants?: ChannelGrants;
  /** If there, the only channels it may do anything with, as patterns. */
  readonly scope?: readonly string[];
  /** When its credential was made, in milliseconds since 1970. */
  readonly issued?: number;
  /** When it ceases to be who it is, in milliseconds since 1970. */
  readonly expires?: number;
}

/** Patterns of channels: `*` for a segment, `**` at the end for all that follows. */
export interface ChannelGrants {
  readonly subscribe?: readonly string[];
  readonly publish?: readonly string[];
}

/** What a session's peer is told beside answers and messages, in the words of its protocol. */
export type Notice =
  /** The identity ends in so many milliseconds, unless it is renewed. */
  | { readonly type: 'expiring'; readonly in: number }
  /** The session is somebody else now, or has other rights: subscriptions may have ended. */
  | { readonly type: 'identity'; readonly principal: Principal };

export const ANONYMOUS: Principal = { kind: 'anonymous', roles: [], organizations: [], claims: {} };

/** One authenticated peer, in one protocol, over one connection. */
export class Session {
  readonly id: SessionId;
  readonly protocol: string;
  readonly connection: Connection;
  /** When it began, in milliseconds since 1970. */
  readonly since = Date.now();
  readonly #end: (why: Disconnect) => void;
  readonly #notify: ((notice: Notice) => void) | undefined;
  /** For the router: what the session may still publish. */
  publishes: TokenBucket | undefined;
  #principal: Principal;
  #closed = false;
  #timers: Set<() => void> | undefined;
  #closing: (() => void)[] | undefined;

  constructor(peer: {
    id: SessionId;
    protocol: string;
    principal: Principal;
    connection: Connection;
    end: (why: Disconnect) => void;
    /** Left out by protocols that cannot tell. */
    notify?: (notice: Notice) => void;
  }) {
    this.id = peer.id;
    this.protocol = peer.protocol;
    this.#principal = peer.principal;
    this.connection = peer.connection;
    this.#end = peer.end;
    this.#notify = peer.notify;
  }

  /** Who it is at this moment: an identity may be renewed, withdrawn or expire. */
  get principal(): Principal {
    return this.#principal;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Ends the session in the words of its protocol. */
  disconnect(why: Disconnect): void {
    this.#end(why);
  }

  /** Tells the peer, if its protocol can. */
  notify(notice: Notice): void {
    if (!this.#closed) this.#notify?.(notice);
  }

  /** For the router, which has to look at its subscriptions again. */
  become(principal: Principal): void {
    this.#principal = principal;
  }

  /** Runs `task` every `milliseconds` until it fails, the session ends, or the returned function is called; never overlapping. */
  every(milliseconds: number, task: () => MaybePromise<void>): () => void {
    if (this.#closed) return () => undefined;
    this.#timers ??= new Set();
    const timers = this.#timers;
    const cancel = every(milliseconds, task, () => stop());
    const stop = () => {
      cancel();
      timers.delete(cancel);
    };
    timers.add(cancel);
    return stop;
  }

  /** Runs `task` when the session ends, before anybody else hears of it. It must not throw. */
  whenClosed(task: () => void): void {
    this.#closing ??= [];
    this.#closing.push(task);
  }

  /** For the router: nothing reaches this session any more. */
  closeDown(): void {
    this.#closed = true;
    for (const cancel of this.#timers ?? []) cancel();
    this.#timers = undefined;
    for (const task of this.#closing ?? []) task();
    this.#closing = undefined;
  }
}

/** The least number of sixteen digits: all ids are equally long. */
const LEAST_ID = 10 ** 15;

/** The id of a session: sixteen random digits of a number up to 2^53, which every protocol can carry. [WAMP2 §IDs] */
export function sessionId(): SessionId {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  const random = (high & 0x1f_ffff) * 2 ** 32 + low;
  return String(LEAST_ID + (random % (2 ** 53 - LEAST_ID)));
}

/** The one word for what a principal is, where a protocol has room for one: its first role, or its kind. */
export function roleOf({ roles, kind }: Principal): string {
  return roles[0] ?? kind;
}

/** An unguessable, URL-safe name of 128 bits. */
export function randomId(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
