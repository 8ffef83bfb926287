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
  readonly former?: ServedRoutes | undefined;
}

/** The routes that were asked for, each put together once. */
export class ServedRoutes {
  readonly #handlers: ReadonlyMap<string, TopicHandler>;
  readonly #meter: Meter;
  readonly #rules = new RuleBook();
  readonly #served = new Map<Route, ServedRoute>();
  readonly #tallies: RouteTallies;
  /** What is left of limits that were counted before, by the name of the route. */
  readonly #counted = new Map<string, ServedRoute>();

  /** Handlers by name. What `former` has of routes that are the same is taken over, and what it has counted. */
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

  #takeOver(former: ServedRoutes): void {
    for (const served of [...former.#counted.values(), ...former.#served.values()]) {
      const { route, handler } = served;
      if (served.publishes !== undefined) this.#counted.set(route.name, served);
      const isServed = former.#served.get(route) === served;
      if (isServed && this.#handlers.get(route.handler ?? '') === handler) this.#served.set(route, served);
    }
  }

  #bucketOf({ name, limits: { publish } }: Route): TokenBucket | undefined {
    if (publish === undefined) return undefined;
    const before = this.#counted.get(name);
    if (before?.publishes !== undefined && sameValue(before.route.limits.publish, publish))
      return before.publishes;
    return new TokenBucket(publish, performance.now());
  }
}
