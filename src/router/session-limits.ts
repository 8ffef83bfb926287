import { overLimit } from '../core/errors.js';
import type { Subscriber } from '../core/router.js';
import type { Principal } from '../core/session.js';
import type { Sessions } from './sessions.js';

export interface RouterLimits {
  /** Subscriptions of one session. */
  readonly subscriptions: number;
  /** Different channels that one session is subscribed to. */
  readonly channels: number;
  /** Sessions of one user. */
  readonly connectionsPerUser: number;
  /** Milliseconds a handler may take to answer. */
  readonly handlerTimeout: number;
}

/** Throws `limit_exceeded` for one session too many of a user. */
export function checkSession(
  sessions: Sessions,
  { kind, id = '' }: Principal,
  { connectionsPerUser }: RouterLimits,
): void {
  if (kind !== 'user' || sessions.ofUser(id).size < connectionsPerUser) return;
  throw overLimit(
    'limits.connections_per_user',
    `this user has limits.connections_per_user of ${connectionsPerUser} already`,
  );
}

/** Throws `limit_exceeded` for one subscription or channel too many of a session. */
export function checkSubscription(
  sessions: Sessions,
  { session, channel }: Subscriber,
  { subscriptions, channels }: RouterLimits,
): void {
  const own = sessions.subscribersOf(session);
  if (own.size >= subscriptions) {
    throw overLimit(
      'limits.subscriptions',
      `this connection has limits.subscriptions of ${subscriptions} already`,
    );
  }
  if (own.size < channels) return;
  const known = new Set([...own].map((one) => one.channel));
  if (known.size < channels || known.has(channel)) return;
  throw overLimit('limits.channels', `this connection has limits.channels of ${channels} already`);
}
