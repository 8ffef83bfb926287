import { RouterError } from '../core/errors.js';
import { type Meter, NULL_METER } from '../core/meter.js';
import type { Route } from '../core/route.js';
import { TokenBucket } from '../core/token-bucket.js';
import type { TopicHandler } from '../core/topic.js';
import { type ChannelAccess, RouteAccess } from './access.js';
import { type HookTimes, hookTimes } from './hook-times.js';
import { RouteTallies, type RouteTally } from './route-tally.js';
import { RuleBook } from './rules/rule-book.js';

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

/** The routes that were asked for, each put together once. */
export class ServedRoutes {
  readonly #handlers: ReadonlyMap<string, TopicHandler>;
  readonly #meter: Meter;
  readonly #rules = new RuleBook();
  readonly #served = new Map<Route, ServedRoute>();
  readonly #tallies: RouteTallies;

  /** Handlers by name. */
  constructor(
    handlers: ReadonlyMap<string, TopicHandler>,
    { meter = NULL_METER, tallies = new RouteTallies() }: { meter?: Meter; tallies?: RouteTallies } = {},
  ) {
    this.#handlers = handlers;
    this.#meter = meter;
    this.#tallies = tallies;
  }

  /** Throws `unavailable` for a route without a handler. */
  of(route: Route): ServedRoute {
    const known = this.#served.get(route);
    if (known !== undefined) return known;
    const handler = this.#handlers.get(route.handler ?? '');
    if (handler === undefined) {
      throw new RouterError('unavailable', `route ${route.name} has no handler ${route.handler}`);
    }
    const { publish } = route.limits;
    const publishes = publish && new TokenBucket(publish, performance.now());
    const access = new RouteAccess(route, handler, this.#rules);
    const times = hookTimes(route, handler, this.#meter);
    const served = { route, handler, access, publishes, times, tally: this.#tallies.of(route.name) };
    this.#served.set(route, served);
    return served;
  }
}
