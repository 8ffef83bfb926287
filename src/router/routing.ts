import type { Route } from '../core/route.js';
import type { TopicHandler, TopicRequest } from '../core/topic.js';
import { carriedOver } from './route-changes.js';
import { RouteTable } from './route-table.js';
import { type ServedRoute, ServedRoutes } from './served-route.js';

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
  #table: RouteTable;
  #routes: ServedRoutes;
  #edition = 0;

  /** Handlers by the name that routes have. */
  constructor(table: RouteTable, handlers: ReadonlyMap<string, TopicHandler>) {
    this.#table = table;
    this.#routes = new ServedRoutes(handlers);
  }

  get table(): RouteTable {
    return this.#table;
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

  /**
   * A route of a table made by `successor` that is the same as before, with the same handler, goes on with what was counted for it.
   */
  replace(table: RouteTable, handlers: ReadonlyMap<string, TopicHandler>): void {
    this.#routes = new ServedRoutes(handlers, this.#routes);
    this.#table = table;
    this.#edition++;
  }

  /** The table of other routes, in which those that are as before are the very objects that they were. */
  successor(routes: readonly Route[], options: { channelLimit?: number }): RouteTable {
    return new RouteTable(carriedOver(this.#table.routes, routes), options);
  }
}
