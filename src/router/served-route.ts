import { RouterError } from '../core/errors.js';
import { type Meter, NULL_METER } from '../core/meter.js';
import type { Route } from '../core/route.js';
import { TokenBucket } from '../core/token-bucket.js';
import type { TopicHandler } from '../core/topic.js';
import { type ChannelAccess, RouteAccess } from './access.js';
import { type HookTimes, hookTimes } from './hook-times.js';
import { RouteTallies, type RouteTally } from './route-tally.js';
import { RuleBook } from './rules/rule-book.js';
import { sameValue } from './same-value.js';

/** A route as a node serves it: with its handler, its compiled access, and what is left of its limits. */
export interface ServedRoute {
  readonly route: Route;
  readonly handler: TopicHandler;
  readonly access: ChannelAccess;
  /** What may still be published on all channels of the route. */
  readonly publishes: TokenBucket | undefined;
  readonly times: HookTimes;
  readonly tally: RouteTally;
}

export interface ServedRoutesOptions {
  /** Is told how long hooks take. */
  readonly meter?: Meter | undefined;
  readonly tallies?: RouteTallies | undefined;
  /** What was served before, and the routes there are now. */
  readonly former?: { readonly served: ServedRoutes; readonly routes: readonly Route[] } | undefined;
}

/** A limit, and what may still be published by it. */
interface Counted {
  readonly limit: Route['limits']['publish'];
  readonly publishes: TokenBucket;
}

/** The routes that were asked for, each put together once. */
export class ServedRoutes {
  readonly #handlers: ReadonlyMap<string, TopicHandler>;
  readonly #meter: Meter;
  readonly #rules = new RuleBook();
  readonly #served = new Map<Route, ServedRoute>();
  readonly #tallies: RouteTallies;
  /** What is left of limits, by the name of the route. */
  readonly #counted = new Map<string, Counted>();

  /**
   * Handlers by name. What `former` has of routes that there still are is taken over, and what was counted of those of the
   * same name; it is let go of then.
   */
  constructor(
    handlers: ReadonlyMap<string, TopicHandler>,
    { meter = NULL_METER, tallies = new RouteTallies(), former }: ServedRoutesOptions = {},
  ) {
    this.#handlers = handlers;
    this.#meter = meter;
    this.#tallies = tallies;
    if (former !== undefined) this.#takeOver(former);
  }

  /** Throws `unavailable` for a route without a handler. */
  of(route: Route): ServedRoute {
    const known = this.#served.get(route);
    if (known !== undefined) return known;
    const handler = this.#handlers.get(route.handler ?? '');
    if (handler === undefined) {
      throw new RouterError('unavailable', `route ${route.name} has no handler ${route.handler}`);
    }
    const access = new RouteAccess(route, handler, this.#rules);
    const times = hookTimes(route, handler, this.#meter);
    const tally = this.#tallies.of(route.name);
    const served = { route, handler, access, publishes: this.#bucketOf(route), times, tally };
    this.#served.set(route, served);
    return served;
  }

  #takeOver({ served: former, routes }: NonNullable<ServedRoutesOptions['former']>): void {
    for (const route of routes) {
      const served = former.#served.get(route);
      if (served !== undefined && this.#handlers.get(route.handler ?? '') === served.handler)
        this.#served.set(route, served);
      const counted = former.#counted.get(route.name);
      if (counted !== undefined) this.#counted.set(route.name, counted);
    }
  }

  #bucketOf({ name, limits: { publish } }: Route): TokenBucket | undefined {
    if (publish === undefined) return undefined;
    const before = this.#counted.get(name);
    const goesOn = before !== undefined && sameValue(before.limit, publish);
    const publishes = goesOn ? before.publishes : new TokenBucket(publish, performance.now());
    this.#counted.set(name, { limit: publish, publishes });
    return publishes;
  }
}
