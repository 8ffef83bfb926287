import { isRouterError } from '../../../core/errors.js';
import type { HistoryFilter } from '../../../core/history.js';
import type { Publication } from '../../../core/publication.js';
import { spellingOf } from '../../../core/spelling.js';
import { eventDetails, positionOf } from '../event.js';
import { type MetaArguments, wrong } from './meta-arguments.js';
import type { MetaCall } from './meta-call.js';
import { groupOf, nameOf, noSuchSubscription } from './subscription-procedures.js';

/**
 * What was published on a subscription before, as far as the history of its channels goes. One that is not for this session
 * does not exist for it: a refusal would name the channels of others by their ids. [WAMP2 §Event History]
 */
export async function eventHistory(call: MetaCall): Promise<readonly unknown[]> {
  const { realm, session } = call;
  const filter = readFilter(call);
  const { id, channel, match } = groupOf(call);
  try {
    const publications = await realm.router.history(session, { channel, match }, filter);
    return publications.map((publication) => ({
      ...describe(publication, match === 'exact' ? {} : { topic: spellingOf(publication.channel, channel) }),
      subscription: id,
    }));
  } catch (error) {
    if (isRouterError(error) && error.code === 'forbidden') throw noSuchSubscription(id);
    throw error;
  }
}

function readFilter({ realm, given }: MetaCall): HistoryFilter {
  const topic = given.named('topic');
  return {
    reverse: flag(given, 'reverse'),
    limit: limit(given),
    channel: topic === undefined ? undefined : nameOf(realm, topic, 'exact'),
    fromTime: time(given, 'from_time'),
    afterTime: time(given, 'after_time'),
    beforeTime: time(given, 'before_time'),
    untilTime: time(given, 'until_time'),
    fromPublication: publication(given, 'from_publication'),
    afterPublication: publication(given, 'after_publication'),
    beforePublication: publication(given, 'before_publication'),
    untilPublication: publication(given, 'until_publication'),
  };
}

function flag({ kwargs }: MetaArguments, name: string): boolean | undefined {
  const value = kwargs[name];
  if (value == null || typeof value === 'boolean') return value ?? undefined;
  throw wrong(`${name} must be a boolean`);
}

function limit({ kwargs }: MetaArguments): number | undefined {
  const { limit: value } = kwargs;
  if (value == null) return undefined;
  if (Number.isInteger(value) && (value as number) > 0) return value as number;
  throw wrong('limit must be a whole number above 0');
}

/** Times are texts as ISO 8601 has them. */
function time(given: MetaArguments, name: string): number | undefined {
  const text = given.named(name);
  if (text === undefined) return undefined;
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) throw wrong(`${name} must be a time such as 2026-01-31T12:00:00.000Z`);
  return milliseconds;
}

function publication({ kwargs }: MetaArguments, name: string): string | undefined {
  const value = kwargs[name];
  if (value == null) return undefined;
  if (Number.isInteger(value)) return String(value);
  throw wrong(`${name} must be the id of a publication`);
}

function describe(
  { id, time: at, payload, publisher, headers, position }: Publication,
  topic: { readonly topic?: string },
): Readonly<Record<string, unknown>> {
  const { list, map } = payload.arguments;
  return {
    timestamp: new Date(at).toISOString(),
    publication: Number(id),
    ...positionOf({ position }),
    details: eventDetails({ publisher, headers }, topic),
    args: list,
    ...(map !== undefined && { kwargs: map }),
  };
}
