import type { PublicationOptions } from './codec.js';
import type { SubscribeOptions } from './interest.js';
import { type Collection, type Model, Relevance } from './keep-relevant.js';
import type { State } from './link-listener.js';
import { Listeners } from './listeners.js';
import type { SyncOptions } from './options.js';
import type { Callback } from './subscriptions.js';
import { Sync } from './sync.js';
import type { SyncError } from './sync-error.js';
import { report, type SyncEvents } from './sync-events.js';
import { addressed, type ChannelParams } from './template.js';

type Optional =
  | 'publish'
  | 'call'
  | 'identity'
  | 'renew'
  | 'connect'
  | 'reconnect'
  | 'close'
  | 'configure'
  | 'state';

/** Something that carries subscriptions, as `orosync/js/sync/wamp` does; more where it can. */
export interface SyncService extends Partial<Pick<Sync, Optional>> {
  subscribe(channel: string, callback: Callback, options?: SubscribeOptions): unknown;
  unsubscribe(channel: string, callback?: Callback, options?: SubscribeOptions): unknown;
  on?(name: never, listener: never): unknown;
}

const FORWARDED = [
  'connection_established',
  'connection_lost',
  'retry',
  'state',
  'identity',
  'recovered',
  'gap',
] as const;

/** The client of a page, which another service may replace. */
export class PageSync {
  readonly #listeners = new Listeners<SyncEvents>();
  readonly #relevance = new Relevance(this);
  readonly #own: Sync;
  #service: SyncService;

  constructor(options: SyncOptions) {
    this.#service = this.#own = new Sync(options, this.#listeners);
  }

  /** From now on the service carries everything. It gets the subscriptions made so far, in their order. */
  install(service: SyncService): this {
    if (typeof service?.subscribe !== 'function' || typeof service.unsubscribe !== 'function') {
      throw new TypeError('a service must have subscribe and unsubscribe');
    }
    this.#service = service;
    this.#own.close();
    this.#forward(service);
    for (const { channel, callback, options } of this.#own.entries()) {
      this.#own.unsubscribe(channel, callback, options);
      service.subscribe(channel, callback, ...(Object.keys(options).length > 0 ? [options] : []));
    }
    return this;
  }

  get state(): State | undefined {
    return this.#service.state;
  }

  /** See `Sync.subscribe`. */
  subscribe(
    template: string,
    params: ChannelParams,
    callback: Callback,
    options?: SubscribeOptions,
  ): () => void;
  subscribe(channel: string, callback: Callback, options?: SubscribeOptions): () => void;
  subscribe(...given: readonly unknown[]): () => void {
    const [channel, callback, ...options] = addressed(given) as Parameters<Sync['subscribe']>;
    this.#service.subscribe(channel, callback, ...options);
    return () => this.unsubscribe(channel, callback, ...options);
  }

  /** See `Sync.unsubscribe`. */
  unsubscribe(template: string, params: ChannelParams, callback?: Callback): void;
  unsubscribe(channel: string, callback?: Callback, options?: SubscribeOptions): void;
  unsubscribe(...given: readonly unknown[]): void {
    this.#service.unsubscribe(...(addressed(given) as Parameters<Sync['unsubscribe']>));
  }

  /** See `Sync.publish`. */
  publish(template: string, params: ChannelParams, payload: unknown, options?: PublicationOptions): void;
  publish(channel: string, payload?: unknown, options?: PublicationOptions): void;
  publish(...given: readonly unknown[]): void {
    this.#ask('publish')(...(addressed(given) as Parameters<Sync['publish']>));
  }

  /** See `Sync.call`. */
  call(...args: Parameters<Sync['call']>): Promise<unknown> {
    return this.#ask('call')(...(addressed(args) as typeof args));
  }

  /** See `Sync.identity`. */
  identity(): ReturnType<Sync['identity']> {
    return this.#ask('identity')();
  }

  /** See `Sync.renew`. */
  renew(credential?: string): ReturnType<Sync['renew']> {
    return this.#ask('renew')(credential);
  }

  /** See `Sync.connect`. */
  connect(): void {
    this.#ask('connect')();
  }

  /** See `Sync.reconnect`. */
  reconnect(): void {
    this.#ask(this.#service.reconnect ? 'reconnect' : 'connect')();
  }

  /** See `Sync.close`. */
  close(): void {
    this.#ask('close')();
  }

  /** See `Sync.configure`. */
  configure(options: SyncOptions): this {
    this.#ask('configure')(options);
    return this;
  }

  on<Name extends keyof SyncEvents>(name: Name, listener: (detail: SyncEvents[Name]) => void): this {
    this.#listeners.on(name, listener);
    return this;
  }

  /** Without a listener: all of this name. */
  off<Name extends keyof SyncEvents>(name: Name, listener?: (detail: SyncEvents[Name]) => void): this {
    this.#listeners.off(name, listener);
    return this;
  }

  /** Keeps a Backbone model, or the models of a collection, up to date from the channels named by their urls. */
  keepRelevant(target: Model | Collection): this {
    this.#relevance.keep(target);
    return this;
  }

  stopTracking(target: Model | Collection): this {
    this.#relevance.stop(target);
    return this;
  }

  #forward(service: SyncService): void {
    const hear = (name: keyof SyncEvents, listener: (detail: never) => void) =>
      service.on?.(name as never, listener as never);
    for (const name of FORWARDED) {
      hear(name, (detail) => this.#listeners.announce(name, detail));
    }
    hear('error', (error: SyncError) => report(this.#listeners, error));
  }

  #ask<Name extends Exclude<Optional, 'state'>>(name: Name): Sync[Name] {
    const method = this.#service[name];
    if (!method) throw new TypeError(`the installed service has no ${name}`);
    return method.bind(this.#service) as Sync[Name];
  }
}

/** A `PageSync` that is itself the function that installs a service; its methods need no `this`. */
export type DefaultSync = PageSync & ((service: SyncService) => DefaultSync);

/** Connects by itself when it is first used, unless a service is installed before. */
export function createDefaultSync(options: SyncOptions): DefaultSync {
  const page = new PageSync(options);
  const methods = PageSync.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const bound =
    (name: string) =>
    (...args: unknown[]) => {
      const result = methods[name]?.apply(page, args);
      return result === page ? sync : result;
    };
  const sync = bound('install') as unknown as DefaultSync;
  for (const name of Object.getOwnPropertyNames(methods)) {
    if (name !== 'constructor' && name !== 'state') Object.defineProperty(sync, name, { value: bound(name) });
  }
  return Object.defineProperty(sync, 'state', { get: () => page.state });
}
