import type { Meter } from '../core/meter.js';
import type { Route } from '../core/route.js';
import type { TopicHandler, TopicRequest } from '../core/topic.js';
import { carriedOver } from './route-changes.js';
import { RouteTable } from './route-table.js';
import { RouteTallies } from './route-tally.js';
import { type ServedRoute, ServedRoutes, type ServedRoutesOptions } from './served-route.js';

/** What a channel is: by which route, and what that is served with. */
export interface Placement {
  readonly request: TopicRequest;
  readonly served: ServedRoute;
}

/**
 * What a node routes by at this moment: its table, and its routes with their handlers. Both are replaced together, without an
 * await, and nothing of what was remembered of the former ones is used any more.
 */
export class Routing {
  /** What is counted by route, whichever tables there were. */
  readonly tallies = new RouteTallies();
  readonly #meter: Meter | undefined;
  #table: RouteTable;
  #handlers: ReadonlyMap<string, TopicHandler>;
  #routes: ServedRoutes;
  #edition = 0;

  /** Handlers by the name that routes have; `meter` is told how long their hooks take. */
  constructor(
    table: RouteTable,
    handlers: ReadonlyMap<string, TopicHandler>,
    { meter }: { readonly meter?: Meter } = {},
  ) {
    this.#meter = meter;
    this.#table = table;
    this.#handlers = handlers;
    this.#routes = this.#served(handlers, undefined);
  }

  get table(): RouteTable {
    return this.#table;
  }

  /** By the name that routes have. */
  get handlers(): ReadonlyMap<string, TopicHandler> {
    return this.#handlers;
  }

  /** How often it was replaced. */
  get edition(): number {
    return this.#edition;
  }

  /** Throws `unavailable` for a route without a handler. */
  of(route: Route): ServedRoute {
    return this.#routes.of(route);
  }

  /** Undefined where no route matches, or none that has a handler. Throws `invalid_channel`. */
  place(channel: string): Placement | undefined {
    const request = this.#table.match(channel);
    return request && { request, served: this.#routes.of(request.route) };
  }

  /** The same for channels that are no stranger's word: undefined for all that nobody serves. */
  known(channel: string): Placement | undefined {
    try {
      return this.place(channel);
    } catch {
      return undefined;
    }
  }

  /**
   * A route of a table made by `successor` that is the same as before, with the same handler, goes on with what was counted for it.
   */
  replace(table: RouteTable, handlers: ReadonlyMap<string, TopicHandler>): void {
    this.#handlers = handlers;
    this.#routes = this.#served(handlers, { served: this.#routes, routes: table.routes });
    this.tallies.keep(table.routes, this.#table.routes);
    this.#table = table;
    this.#edition++;
  }

  /** The table of other routes, in which those that are as before are the very objects that they were. */
  successor(routes: readonly Route[], options: { channelLimit?: number }): RouteTable {
    return new RouteTable(carriedOver(this.#table.routes, routes), options);
  }

  #served(handlers: ReadonlyMap<string, TopicHandler>, former: ServedRoutesOptions['former']): ServedRoutes {
    return new ServedRoutes(handlers, { meter: this.#meter, tallies: this.tallies, former });
  }
}
