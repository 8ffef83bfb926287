import type { Connection } from './connection.js';
import type { Disconnect } from './errors.js';
import { every } from './interval.js';
import type { MaybePromise } from './maybe-promise.js';

export type SessionId = string;

/** Who a session is. */
export interface Principal {
  readonly kind: 'anonymous' | 'user' | 'backend';
  /** The user's id, or the name of a back-end key; absent for anonymous peers. */
  readonly id?: string;
  readonly roles: readonly string[];
  readonly organizations: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

export const ANONYMOUS: Principal = { kind: 'anonymous', roles: [], organizations: [], claims: {} };

/** One authenticated peer, in one protocol, over one connection. */
export class Session {
  readonly id: SessionId;
  readonly protocol: string;
  readonly principal: Principal;
  readonly connection: Connection;
  readonly #end: (why: Disconnect) => void;
  #closed = false;
  #timers: Set<() => void> | undefined;

  constructor(peer: {
    id: SessionId;
    protocol: string;
    principal: Principal;
    connection: Connection;
    end: (why: Disconnect) => void;
  }) {
    this.id = peer.id;
    this.protocol = peer.protocol;
    this.principal = peer.principal;
    this.connection = peer.connection;
    this.#end = peer.end;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Ends the session in the words of its protocol. */
  disconnect(why: Disconnect): void {
    this.#end(why);
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

  /** For the router: nothing reaches this session any more. */
  closeDown(): void {
    this.#closed = true;
    for (const cancel of this.#timers ?? []) cancel();
    this.#timers = undefined;
  }
}

/** An unguessable, URL-safe name of 128 bits. */
export function randomId(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
