import type { Callback } from './subscriptions.js';

/** As much of a Backbone model as is used. */
export interface Model {
  readonly id?: unknown;
  readonly url: string | (() => string);
  set(attributes: unknown): unknown;
  on(name: never, handler: never): unknown;
  off(name: never, handler: never): unknown;
}

/** As much of a Backbone collection as is used. */
export interface Collection {
  readonly models: readonly Model[];
  on(name: never, handler: never): unknown;
  off(name: never, handler: never): unknown;
}

interface Subscriber {
  subscribe(channel: string, callback: Callback): unknown;
  unsubscribe(channel: string, callback: Callback): unknown;
}

/** Keeps models like the server's: what arrives on the channel named by a model's url is set on the model. */
export class Relevance {
  readonly #subscriber: Subscriber;
  readonly #tracked = new WeakMap<Model, { readonly channel: string; readonly callback: Callback }>();

  constructor(subscriber: Subscriber) {
    this.#subscriber = subscriber;
  }

  keep(target: Model | Collection): void {
    this.#each(target, this.#track);
    for (const [name, handler] of this.#handlers(target)) target.on(name, handler);
  }

  stop(target: Model | Collection): void {
    this.#each(target, this.#untrack);
    for (const [name, handler] of this.#handlers(target)) target.off(name, handler);
  }

  #each(target: Model | Collection, visit: (model: Model) => void): void {
    (isCollection(target) ? target.models : [target]).forEach(visit);
  }

  #handlers(target: Model | Collection): [name: never, handler: never][] {
    return isCollection(target) ? (Object.entries(this.#events) as [never, never][]) : [];
  }

  /** A model that was never saved has no channel. The channel is kept, since a removed model loses its url. */
  readonly #track = (model: Model): void => {
    if (!model.id || this.#tracked.has(model)) return;
    const channel = typeof model.url === 'function' ? model.url() : model.url;
    const callback: Callback = (attributes) => model.set(attributes);
    this.#tracked.set(model, { channel, callback });
    this.#subscriber.subscribe(channel, callback);
    model.on('remove' as never, this.#untrack as never);
  };

  readonly #untrack = (model: Model): void => {
    const tracked = this.#tracked.get(model);
    if (!tracked) return;
    this.#tracked.delete(model);
    this.#subscriber.unsubscribe(tracked.channel, tracked.callback);
    model.off('remove' as never, this.#untrack as never);
  };

  readonly #events = {
    add: this.#track,
    /** A collection that could not be read is not ours to watch; a model's own error bubbles up here too. */
    error: (failed: Partial<Collection>): void => failed.models?.forEach(this.#untrack),
    reset: (collection: Collection, options: { readonly previousModels?: readonly Model[] }): void => {
      options.previousModels?.forEach(this.#untrack);
      collection.models.forEach(this.#track);
    },
  };
}

function isCollection(target: Model | Collection): target is Collection {
  return 'models' in target;
}
