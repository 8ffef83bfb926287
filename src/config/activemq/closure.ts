import { type Destinations, includes, intersection, narrowerFirst, written } from './destinations.js';

/** Raised where entries overlap in more ways than routes are written for. */
export class TooManyOverlaps extends Error {}

/** The sets themselves and what any of them have in common, narrower ones first. Throws `TooManyOverlaps`. */
export function closeUnderIntersection(
  sets: readonly Destinations[],
  limit: number,
): readonly Destinations[] {
  const closed = new Map<string, Destinations>();
  const add = (set: Destinations) => {
    closed.set(written(set), set);
    if (closed.size > limit) throw new TooManyOverlaps();
  };
  for (const set of sets) add(set);
  const given = [...closed.values()];
  // a Map is walked over what is added to it meanwhile
  for (const set of closed.values()) {
    for (const other of given) {
      const common = intersection(set, other);
      if (common !== undefined && !closed.has(written(common))) add(common);
    }
  }
  return [...closed.values()].sort(narrowerFirst);
}

/** Of sets in the order of `narrowerFirst`, those that say something else than the next one that includes them. */
export function withoutRepeats<T extends { readonly set: Destinations; readonly given: boolean }>(
  sorted: readonly T[],
  same: (a: T, b: T) => boolean,
): readonly T[] {
  const kept: T[] = [];
  for (const one of sorted.toReversed()) {
    const next = one.given ? undefined : kept.findLast(({ set }) => includes(set, one.set));
    if (next === undefined || !same(one, next)) kept.push(one);
  }
  return kept.reverse();
}
