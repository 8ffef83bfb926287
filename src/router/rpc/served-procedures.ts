import { isRouterError } from '../../core/errors.js';
import type { TopicRequest } from '../../core/topic.js';
import type { Routing } from '../routing.js';
import type { ServedRoute } from '../served-route.js';
import { type Called, noSuchProcedure } from './call-context.js';

/** The route that matches a procedure, as this node serves it. */
export interface ServedProcedure extends ServedRoute, Called {}

/** The routes of procedures by name, each put together once for a channel that is remembered. */
export class ServedProcedures {
  readonly #routing: Routing;
  /** By what the table answers, which is another one with each table. */
  readonly #served = new WeakMap<TopicRequest, ServedProcedure>();

  constructor(routing: Routing) {
    this.#routing = routing;
  }

  /** Throws `no_such_procedure`, or what else is said, where no route matches. */
  find(name: string, absent: 'no_such_procedure' | 'no_such_route' = 'no_such_procedure'): ServedProcedure {
    if (absent === 'no_such_procedure' && name.startsWith('signalbox.')) throw noSuchProcedure(name);
    try {
      const { table } = this.#routing;
      const request = table.match(table.resolve(name));
      if (request !== undefined) return this.#serve(request);
    } catch (error) {
      if (!isRouterError(error) || error.code !== 'no_such_route') throw error;
      if (absent === 'no_such_route') throw error;
    }
    throw noSuchProcedure(name);
  }

  /** The channel of a name; the name itself where no route matches it. */
  channelOf(name: string): string {
    try {
      return this.#routing.table.resolve(name);
    } catch {
      return name;
    }
  }

  #serve(request: TopicRequest): ServedProcedure {
    const known = this.#served.get(request);
    if (known !== undefined) return known;
    const served = { ...this.#routing.of(request.route), request };
    this.#served.set(request, served);
    return served;
  }
}
