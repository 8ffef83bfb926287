import { RouterError } from '../../../core/errors.js';
import type { Match } from '../../../core/match.js';
import type { SubscriptionGroup } from '../../../core/topic.js';
import type { MetaCall, MetaProcedure } from './meta-call.js';

/** [WAMP2 §Subscription Meta API] */
export const SUBSCRIPTION_PROCEDURES: Readonly<Record<string, MetaProcedure>> = {
  'wamp.subscription.list': ({ realm }) => idsByMatch(realm.router.groups()),
  'wamp.subscription.lookup': ({ realm, given }) => {
    const match = given.match(1);
    return realm.router.groupOf(match, nameOf(realm, given.text(0), match))?.id ?? null;
  },
  'wamp.subscription.match': ({ realm, given }) => {
    const found = realm.router.matching(nameOf(realm, given.text(0), 'exact')).map(({ id }) => id);
    return found.length === 0 ? null : found;
  },
  'wamp.subscription.get': (call) => describe(groupOf(call)),
  'wamp.subscription.list_subscribers': (call) => [...groupOf(call)].map(({ id }) => Number(id)),
  'wamp.subscription.count_subscribers': (call) => [...groupOf(call)].length,
};

/** Throws `no_such_subscription`. */
export function groupOf({ realm, given }: MetaCall): SubscriptionGroup {
  const id = given.id(0);
  const group = realm.router.group(id);
  if (group === undefined) throw noSuchSubscription(id);
  return group;
}

export function noSuchSubscription(id: number): RouterError {
  return new RouterError('no_such_subscription', `there is no subscription ${id}`);
}

/** A subscription as the meta API tells of it. */
export function describe({
  id,
  created,
  match,
  channel,
}: SubscriptionGroup): Readonly<Record<string, unknown>> {
  return { id, created: new Date(created).toISOString(), match, uri: channel };
}

/** Ids in lists of their own for each way of matching. */
export function idsByMatch(
  all: Iterable<{ readonly id: number; readonly match: Match }>,
): Readonly<Record<Match, readonly number[]>> {
  const ids: Record<Match, number[]> = { exact: [], prefix: [], wildcard: [] };
  for (const { id, match } of all) ids[match].push(id);
  return ids;
}

/** The channel that is meant; a name that no route matches is one that nobody is subscribed to. */
export function nameOf({ router }: MetaCall['realm'], name: string, match: Match): string {
  if (match !== 'exact') return name;
  try {
    return router.resolve(name);
  } catch {
    return name;
  }
}
