import type { Publication } from './publication.js';

/** Which publications of a history are wanted; all conditions hold together. [WAMP2 §Event History] */
export interface HistoryFilter {
  /** The newest first. */
  readonly reverse?: boolean | undefined;
  /** At most so many; a whole number of at least 1. */
  readonly limit?: number | undefined;
  /** Of this channel alone. */
  readonly channel?: string | undefined;
  /** At this time or later; times are milliseconds since 1970. */
  readonly fromTime?: number | undefined;
  readonly afterTime?: number | undefined;
  readonly beforeTime?: number | undefined;
  /** At this time or earlier. */
  readonly untilTime?: number | undefined;
  /** The publication of this id and what came after it. */
  readonly fromPublication?: string | undefined;
  readonly afterPublication?: string | undefined;
  readonly beforePublication?: string | undefined;
  /** The publication of this id and what came before it. */
  readonly untilPublication?: string | undefined;
}

/**
 * What a filter wants of publications that are in the order accepted, as far as `admits`, which is asked for those alone.
 * Ids have no order, so they mean a place among the publications given; one that is not there is taken as older than all
 * of them, as that of a page whose publications have gone meanwhile.
 */
export function selectHistory(
  publications: readonly Publication[],
  filter: HistoryFilter,
  admits: (publication: Publication) => boolean = () => true,
): readonly Publication[] {
  const { start, end } = bounds(publications, filter);
  const { reverse = false, limit = Number.POSITIVE_INFINITY } = filter;
  const found: Publication[] = [];
  for (let i = 0; i < end - start && found.length < limit; i++) {
    const publication = publications[reverse ? end - 1 - i : start + i];
    if (publication !== undefined && isWanted(publication, filter) && admits(publication))
      found.push(publication);
  }
  return found;
}

/** The places, from `start` to before `end`, that the ids leave. */
function bounds(
  publications: readonly Publication[],
  { fromPublication, afterPublication, beforePublication, untilPublication }: HistoryFilter,
): { readonly start: number; readonly end: number } {
  const place = (id: string) => publications.findIndex((publication) => publication.id === id);
  const starts = [0];
  const ends = [publications.length];
  if (fromPublication !== undefined) starts.push(place(fromPublication));
  if (afterPublication !== undefined) starts.push(place(afterPublication) + 1);
  if (beforePublication !== undefined) ends.push(place(beforePublication));
  if (untilPublication !== undefined) ends.push(place(untilPublication) + 1);
  return { start: Math.max(...starts), end: Math.min(...ends) };
}

function isWanted({ channel, time }: Publication, filter: HistoryFilter): boolean {
  if (filter.channel !== undefined && channel !== filter.channel) return false;
  const { fromTime = time, untilTime = time, afterTime, beforeTime } = filter;
  if (time < fromTime || time > untilTime) return false;
  return (afterTime === undefined || time > afterTime) && (beforeTime === undefined || time < beforeTime);
}
