import { isDeepStrictEqual } from 'node:util';
import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import { OPERATIONS } from '../core/route.js';
import type { PeriodicTask, TopicHandler } from '../core/topic.js';
import { ruleFault } from '../router/index.js';
import type { Plan } from './container.js';
import { DiscoveryError } from './discover.js';
import type { Offer, Offers } from './handler-class.js';
import { checkShape, type Origin } from './handler-shape.js';
import { reasonOf } from './thrown-at.js';

const HOOKS: ReadonlySet<string> = new Set([
  'onCall',
  'onSubscribe',
  'onSubscribed',
  'onUnsubscribe',
  'onPublish',
]);

type NamedTopics = Settings['topics']['named'];

/** The handler names that routes may use: discovered classes, and the names that `topics:` gives. */
export function knownHandlers(offers: Offers, named: NamedTopics): ReadonlySet<string> {
  return new Set([...offers.handlers.keys(), ...named.keys()]);
}

/**
 * Builds one instance for each handler name that a route uses: of the discovered class of that name, else of the
 * class that `topics:` names. Throws `DiscoveryError` for what cannot be built.
 */
export function buildHandlers(
  container: Container,
  { routes, offers, settings }: Plan,
): Map<string, TopicHandler> {
  const names = new Set(routes.flatMap(({ handler }) => handler ?? []));
  return new Map(
    [...names].map((name) => [name, buildHandler(container, name, { offers, named: settings.topics.named })]),
  );
}

/** An instance, and what it was made of. */
export interface Built<T = TopicHandler> {
  readonly made: T;
  readonly from: {
    readonly class: unknown;
    readonly injected: readonly unknown[];
    readonly options: unknown;
  };
  /** Whether it is no former one. */
  readonly isNew: boolean;
}

/** The same, by what each is made of; one of `former` that would be made of the same is taken over. */
export function buildAll(
  container: Container,
  { routes, offers, settings }: Plan,
  former: ReadonlyMap<string, Built>,
): ReadonlyMap<string, Built> {
  const names = new Set(routes.flatMap(({ handler }) => handler ?? []));
  const context = { offers, named: settings.topics.named };
  const make = (name: string) => () => buildHandler(container, name, context);
  return new Map(
    [...names].map((name) => {
      const { offer, options } = offerOf(name, context);
      return [name, takenOver(container, { offer, options }, { known: former.get(name), make: make(name) })];
    }),
  );
}

export function buildTasks(
  container: Container,
  { periodic }: Offers,
  former: ReadonlyMap<string, Built<PeriodicTask>>,
): ReadonlyMap<string, Built<PeriodicTask>> {
  return new Map(
    [...periodic].map(([name, offer]) => {
      const make = () => construct(container, name, offer, []);
      return [name, takenOver(container, { offer, options: [] }, { known: former.get(name), make })];
    }),
  );
}

function takenOver<T>(
  container: Container,
  { offer, options }: { readonly offer: Offer<T>; readonly options: readonly unknown[] },
  { known, make }: { readonly known: Built<T> | undefined; readonly make: () => T },
): Built<T> {
  const bound = (offer.class.inject ?? []).filter((token) => container.isBound(token));
  const from = { class: offer.class, injected: bound.map((token) => container.get(token)), options };
  const isSame =
    known !== undefined &&
    known.from.class === from.class &&
    known.from.injected.every((one, i) => one === from.injected[i]) &&
    isDeepStrictEqual(known.from.options, options);
  return isSame ? { made: known.made, from: known.from, isNew: false } : { made: make(), from, isNew: true };
}

export function buildPeriodic(container: Container, offers: Offers): readonly PeriodicTask[] {
  return [...offers.periodic].map(([name, offer]) => construct(container, name, offer, []));
}

function buildHandler(
  container: Container,
  name: string,
  { offers, named }: { offers: Offers; named: NamedTopics },
): TopicHandler {
  const { offer, options } = offerOf(name, { offers, named });
  return finished({ name, file: offer.file }, construct(container, name, offer, options));
}

/** The class of a handler name, and what it is built with beside what it injects. */
function offerOf(
  name: string,
  { offers, named }: { offers: Offers; named: NamedTopics },
): { readonly offer: Offer<TopicHandler>; readonly options: readonly unknown[] } {
  const discovered = offers.handlers.get(name);
  if (discovered !== undefined) return { offer: discovered, options: [] };
  const entry = named.get(name);
  const offer = entry && offers.handlers.get(entry.class);
  if (entry === undefined || offer === undefined) throw new DiscoveryError(`no class for handler ${name}`);
  return { offer, options: Object.keys(entry.options).length > 0 ? [entry.options] : [] };
}

/** `new` with what the class injects, then its options. */
function construct<T>(container: Container, name: string, offer: Offer<T>, options: readonly unknown[]): T {
  try {
    const injected = (offer.class.inject ?? []).map((token) => take(container, token));
    return new offer.class(...([...injected, ...options] as never[]));
  } catch (cause) {
    const reason = reasonOf(cause, import.meta.url);
    throw new DiscoveryError(`${name} of ${offer.file} cannot be built: ${reason}`, { cause });
  }
}

/** What is offered under a token. Throws for one that nobody offers, with the remedy. */
function take(container: Container, token: symbol): unknown {
  if (container.isBound(token)) return container.get(token);
  const remedy = 'export a class with this token as its static service, or use one of TOKENS';
  throw new Error(`nobody offers ${String(token)}, which it injects: ${remedy}`);
}

/** A handler ready to serve. Throws `DiscoveryError` for a demand that cannot be used. */
function finished({ name, file }: Origin, handler: TopicHandler): TopicHandler {
  checkShape(handler, { name, file });
  for (const operation of OPERATIONS) {
    for (const rule of handler.access?.[operation] ?? []) {
      const fault = ruleFault(rule, { operation });
      if (fault === undefined) continue;
      const text = `access.${operation} of handler ${name}, "${rule}": ${fault.message}; ${fault.hint}`;
      throw new DiscoveryError(text);
    }
  }
  for (const method of handler.methods ?? []) checkMethod(name, handler, method);
  return withNewName(handler);
}

/** What every object has, and the hooks, are no procedures. */
function checkMethod(name: string, handler: TopicHandler, method: string): void {
  const found = (handler as unknown as Readonly<Record<string, unknown>>)[method];
  const isOwn = !(method in Object.prototype) && !HOOKS.has(method);
  if (isOwn && typeof found === 'function') return;
  throw new DiscoveryError(`methods of handler ${name} lists "${method}", which is no method of its own`);
}

/** The ancestor writes `onUnSubscribe`; a handler that was carried over keeps working. */
function withNewName(
  handler: TopicHandler & { onUnSubscribe?: TopicHandler['onUnsubscribe'] },
): TopicHandler {
  if (handler.onUnsubscribe === undefined && handler.onUnSubscribe !== undefined) {
    handler.onUnsubscribe = handler.onUnSubscribe;
  }
  return handler;
}
