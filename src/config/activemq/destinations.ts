/** What ActiveMQ has: each message of a queue goes to one consumer, each of a topic to all. */
export type DestinationKind = 'queue' | 'topic';

/** Stands for one level. */
export const ANY = '*';

/**
 * Destinations by their levels, of which `*` is any one. With `open` one or more levels follow, so that the
 * destinations of `A.>` are those of two sets: `A`, and `A` with more.
 */
export interface Destinations {
  readonly levels: readonly string[];
  readonly open: boolean;
}

/** What two sets have in common, which is such a set again; undefined if nothing. */
export function intersection(a: Destinations, b: Destinations): Destinations | undefined {
  if (!a.open && a.levels.length < shortest(b)) return undefined;
  if (!b.open && b.levels.length < shortest(a)) return undefined;
  if (!a.open && !b.open && a.levels.length !== b.levels.length) return undefined;
  const [long, short] = a.levels.length < b.levels.length ? [b, a] : [a, b];
  const clash = short.levels.some(
    (level, i) => level !== ANY && long.levels[i] !== ANY && level !== long.levels[i],
  );
  if (clash) return undefined;
  const levels = long.levels.map((level, i) => (level === ANY ? (short.levels[i] ?? ANY) : level));
  return { levels, open: a.open && b.open };
}

/** Whether all destinations of `part` are of `whole`. */
export function includes(whole: Destinations, part: Destinations): boolean {
  if (part.open && !whole.open) return false;
  if (!part.open && !whole.open && part.levels.length !== whole.levels.length) return false;
  if (shortest(part) < shortest(whole) || part.levels.length < whole.levels.length) return false;
  return whole.levels.every((level, i) => level === ANY || level === part.levels[i]);
}

/** Sorts every set before those that include it: more text first, then more levels, then those without more to follow. */
export function narrowerFirst(a: Destinations, b: Destinations): number {
  return literals(b) - literals(a) || shortest(b) - shortest(a) || Number(a.open) - Number(b.open);
}

/** As ActiveMQ writes it, but `A.>` for `A` with more. */
export function written({ levels, open }: Destinations): string {
  return (open ? [...levels, '>'] : levels).join('.');
}

/** The fewest levels that a destination of the set has. */
function shortest({ levels, open }: Destinations): number {
  return levels.length + (open ? 1 : 0);
}

function literals({ levels }: Destinations): number {
  return levels.filter((level) => level !== ANY).length;
}
