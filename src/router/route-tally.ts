import type { RouteFigures } from '../core/inspection.js';

/** What is counted of one route, in plain fields on the hot path. */
export class RouteTally implements RouteFigures {
  publications = 0;
  deliveries = 0;
  refusals = 0;
  channels = 0;
  subscribers = 0;
}

/** The tallies of all routes that something has happened on, by name: a table that replaces another goes on counting. */
export class RouteTallies {
  readonly #byName = new Map<string, RouteTally>();

  get all(): ReadonlyMap<string, RouteFigures> {
    return this.#byName;
  }

  /** The tally of a route, made when it is asked for first. */
  of(name: string): RouteTally {
    let tally = this.#byName.get(name);
    if (tally === undefined) this.#byName.set(name, (tally = new RouteTally()));
    return tally;
  }
}
