import type { PeriodicTask, TopicHandler } from '../core/topic.js';

/**
 * A class that an application offers by one of three static fields: `handler` names a topic handler, `periodic` a
 * task of the whole server, `service` is the token under which others may inject an instance. Its constructor gets
 * what its static `inject` lists, in order, and then the options written beside its name in `signalbox.yml`.
 */
export interface OfferedClass<T = unknown> {
  new (...args: never[]): T;
  readonly handler?: unknown;
  readonly periodic?: unknown;
  readonly service?: unknown;
  readonly inject?: readonly symbol[];
}

/** An offered class and the file it comes from. */
export interface Offer<T = unknown> {
  readonly class: OfferedClass<T>;
  readonly file: string;
}

/** A file of a handler folder that looks like a handler's and offers none. */
export interface Nameless {
  readonly file: string;
  /** The class that has hooks and no `static readonly handler`; undefined where nothing is exported at all. */
  readonly class: string | undefined;
}

/** All that was found, by name. */
export interface Offers {
  readonly handlers: ReadonlyMap<string, Offer<TopicHandler>>;
  readonly periodic: ReadonlyMap<string, Offer<PeriodicTask>>;
  readonly services: ReadonlyMap<symbol, Offer>;
  /** What offers nothing, and was perhaps meant to. */
  readonly nameless?: readonly Nameless[];
}

/** Whether a module's export is a class that offers something. */
export function isOffered(value: unknown): value is OfferedClass {
  if (typeof value !== 'function') return false;
  const offer = value as Partial<OfferedClass>;
  return (
    typeof offer.handler === 'string' ||
    typeof offer.periodic === 'string' ||
    typeof offer.service === 'symbol'
  );
}
