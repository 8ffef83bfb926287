import { closeUnderIntersection, withoutRepeats } from './closure.js';
import { ANY, type DestinationKind, type Destinations, includes, written } from './destinations.js';
import type { Entry, Right } from './entries.js';
import { fitsChannel } from './read-destination.js';

const MOST_ROUTES = 5000;
/** Levels are text without dots, so no spelling of a destination but `a/b` is a channel of these routes. */
const LEVEL = '[^/.]+';
const REST = '[^/.]+(?:/[^/.]+)*';

/** A route that was made of entries. */
export interface ImportedRoute {
  readonly name: string;
  readonly channel: string;
  /** Whether each message is for one consumer; nobody may send to the guard of other queues, which holds none. */
  readonly isQueue: boolean;
  readonly requirements: Readonly<Record<string, string>>;
  readonly access: { readonly subscribe: readonly string[]; readonly publish: readonly string[] };
  /** The entries whose roles it unites, those for the same destinations first. */
  readonly from: readonly Entry[];
}

interface United {
  readonly kind: DestinationKind;
  readonly set: Destinations;
  /** Whether an entry is for just these. */
  readonly given: boolean;
  readonly from: readonly Entry[];
}

/**
 * Routes that allow what the entries allow. In ActiveMQ the roles of all entries that match a destination count; of
 * routes the first one that matches does. So there is one for everything that entries have in common, with the roles
 * of all of these, before those that include it. Throws `TooManyOverlaps` beyond 5,000.
 */
export function importedRoutes(entries: readonly Entry[]): readonly ImportedRoute[] {
  const queues = unite(entries, 'queue');
  const topics = unite(entries, 'topic');
  const name = uniqueNames();
  const route = (united: United): ImportedRoute => ({
    name: name(united),
    ...channelOf(united),
    isQueue: united.kind === 'queue' && united !== OTHER_QUEUES,
    access: { subscribe: rolesOf(united.from, 'read'), publish: rolesOf(united.from, 'write') },
    from: united.from,
  });
  const guard = needsGuard(queues, topics) ? [OTHER_QUEUES] : [];
  return [...queues, ...guard, ...topics].map(route);
}

function unite(entries: readonly Entry[], kind: DestinationKind): readonly United[] {
  const own = entries.filter((entry) => entry.kind === kind);
  const given = new Set(own.flatMap(({ sets }) => sets.map(written)));
  const sorted = closeUnderIntersection(
    own.flatMap(({ sets }) => sets),
    MOST_ROUTES,
  ).map((set) => ({
    kind,
    set,
    given: given.has(written(set)),
    from: sources(own, set),
  }));
  return withoutRepeats(sorted, sameAccess).filter(({ set }) => fitsChannel(kind, set));
}

/** The entries that include a set, those that are for it first. */
function sources(entries: readonly Entry[], set: Destinations): readonly Entry[] {
  const key = written(set);
  const found = entries
    .filter(({ sets }) => sets.some((whole) => includes(whole, set)))
    .map((entry) => ({ entry, own: entry.sets.some((given) => written(given) === key) }));
  return found.sort((a, b) => Number(b.own) - Number(a.own)).map(({ entry }) => entry);
}

function sameAccess(a: United, b: United): boolean {
  return (['read', 'write'] as const).every((right) =>
    sameWords(rolesOf(a.from, right), rolesOf(b.from, right)),
  );
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word) => b.includes(word));
}

/** Whether a queue that no entry is for would be taken for a topic. */
function needsGuard(queues: readonly United[], topics: readonly United[]): boolean {
  if (queues.some(({ set }) => set.open && set.levels.length === 0)) return false;
  return topics.some(({ set: { levels, open } }) => {
    const [first = ANY, ...more] = levels;
    return first === ANY && (open || more.length > 0);
  });
}

const OTHER_QUEUES: United = { kind: 'queue', set: { levels: [], open: true }, given: true, from: [] };

/** The roles that any of the entries names. */
export function rolesOf(entries: readonly Entry[], right: Right): readonly string[] {
  return [...new Set(entries.flatMap(({ roles }) => roles[right]))];
}

function channelOf({ kind, set: { levels, open } }: United): Pick<ImportedRoute, 'channel' | 'requirements'> {
  const requirements: Record<string, string> = {};
  const segments = levels.map((level, i) => {
    if (level !== ANY) return level;
    requirements[`level_${i + 1}`] = LEVEL;
    return `{level_${i + 1}}`;
  });
  if (open) requirements['rest'] = REST;
  const all = [...(kind === 'queue' ? ['queue'] : []), ...segments, ...(open ? ['{rest}'] : [])];
  return { channel: all.join('/'), requirements };
}

/** Names such as `activemq.topic.room_any`, with a number behind those that are taken. */
function uniqueNames(): (united: United) => string {
  const taken = new Set<string>();
  return ({ kind, set: { levels, open } }) => {
    const words = levels.map((level) => (level === ANY ? 'any' : level.replaceAll(/[^\p{L}\p{N}-]+/gu, '-')));
    const name = `activemq.${kind}.${[...words, ...(open ? ['rest'] : [])].join('_')}`;
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  };
}
