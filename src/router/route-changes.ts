import type { Route } from '../core/route.js';
import { sameValue } from './same-value.js';

/** A part of a route that another one of the same name may have otherwise. */
export type RoutePart = Exclude<keyof Route, 'name' | 'source'>;

/** What is different about a route. Where it is written is no difference. */
export function changesOf(before: Route, after: Route): readonly RoutePart[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof Route)[]);
  return [...keys].filter((key): key is RoutePart => {
    if (key === 'name' || key === 'source') return false;
    return !sameValue(before[key], after[key]);
  });
}

/** How one list of routes differs from another, by name. */
export interface RouteChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly parts: readonly RoutePart[] }[];
  /** Whether those that are in both are tried in another order. */
  readonly reordered: boolean;
}

/** What makes one list of routes of another. */
export function compareRoutes(before: readonly Route[], after: readonly Route[]): RouteChanges {
  const former = new Map(before.map((route) => [route.name, route]));
  const names = new Set(after.map(({ name }) => name));
  const both = before.flatMap(({ name }) => (names.has(name) ? [name] : []));
  const order = after.flatMap(({ name }) => (former.has(name) ? [name] : []));
  return {
    added: after.flatMap(({ name }) => (former.has(name) ? [] : [name])),
    removed: before.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    changed: after.flatMap((route) => {
      const known = former.get(route.name);
      const parts = known === undefined ? [] : changesOf(known, route);
      return parts.length === 0 ? [] : [{ name: route.name, parts }];
    }),
    reordered: both.some((name, i) => name !== order[i]),
  };
}

/** The routes after a change, each that is as before as the very object that it was. */
export function carriedOver(before: readonly Route[], after: readonly Route[]): readonly Route[] {
  const former = new Map(before.map((route) => [route.name, route]));
  return after.map((route) => {
    const known = former.get(route.name);
    return known !== undefined && changesOf(known, route).length === 0 ? known : route;
  });
}
