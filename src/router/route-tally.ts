import type { RouteFigures } from '../core/inspection.js';
import type { Route } from '../core/route.js';

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
  /** Names that the last table but one had, and the last has not. */
  #gone: readonly string[] = [];

  get all(): ReadonlyMap<string, RouteFigures> {
    return this.#byName;
  }

  /** The tally of a route, made when it is asked for first. */
  of(name: string): RouteTally {
    let tally = this.#byName.get(name);
    if (tally === undefined) this.#byName.set(name, (tally = new RouteTally()));
    return tally;
  }

  /** Lets go of those of routes that had gone a table ago, and have not come back. */
  keep(routes: readonly Route[], former: readonly Route[]): void {
    const names = new Set(routes.map(({ name }) => name));
    const isGone = (name: string) => !names.has(name);
    const gone = this.#gone.filter(isGone);
    for (const name of gone) if (this.#byName.get(name)?.channels === 0) this.#byName.delete(name);
    const busy = gone.filter((name) => this.#byName.has(name));
    this.#gone = [...busy, ...former.map(({ name }) => name).filter(isGone)];
  }
}
