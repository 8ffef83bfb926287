import type { Logger } from './logger.js';
import type { ReloadReport } from './reload.js';
import type { Registration } from './rpc.js';
import type { Session } from './session.js';
import type { SubscriptionGroup } from './topic.js';

/** Things that happen to the server. Names as in the ancestor. */
export interface ServerEventMap {
  server_launched: { readonly urls: readonly string[] };
  client_connected: { readonly session: Session };
  client_disconnected: { readonly session: Session };
  /** The session is somebody else now or has other rights, and has lost the subscriptions that these do not cover. */
  client_identified: { readonly session: Session };
  client_error: { readonly session: Session; readonly channel: string; readonly error: unknown };
  /** `first` for the first subscriber of the group. */
  subscribed: { readonly session: Session; readonly group: SubscriptionGroup; readonly first: boolean };
  /** `last` when nobody is left in the group. */
  unsubscribed: { readonly session: Session; readonly group: SubscriptionGroup; readonly last: boolean };
  registered: { readonly session: Session; readonly registration: Registration; readonly first: boolean };
  unregistered: { readonly session: Session; readonly registration: Registration; readonly last: boolean };
  /** Settings, routes and handlers were read again, and are gone by or not. */
  reloaded: { readonly report: ReloadReport };
  client_rejected: { readonly remoteAddress: string; readonly code: string; readonly reason: string };
}

type Listener<E> = (event: E) => void;

/** Announces server events. A listener that throws is logged and disturbs nobody. */
export class ServerEvents {
  readonly #listeners = new Map<string, Set<Listener<never>>>();
  readonly #logger: Logger;
  readonly #parent: ServerEvents | undefined;

  /** What is announced here is announced by `parent`, too. */
  constructor(logger: Logger, parent?: ServerEvents) {
    this.#logger = logger;
    this.#parent = parent;
  }

  /** Returns the function that removes the listener. */
  on<N extends keyof ServerEventMap>(name: N, listener: Listener<ServerEventMap[N]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener as Listener<never>);
    return () => void listeners.delete(listener as Listener<never>);
  }

  /** Whether anybody listens; for events that are not to cost anything where nobody does. */
  hears(name: keyof ServerEventMap): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0 || this.#parent?.hears(name) === true;
  }

  announce<N extends keyof ServerEventMap>(name: N, event: ServerEventMap[N]): void {
    this.#parent?.announce(name, event);
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        (listener as Listener<ServerEventMap[N]>)(event);
      } catch (error) {
        this.#logger.error({ event: 'listener_failed', heard: name, error }, 'event listener failed');
      }
    }
  }
}
