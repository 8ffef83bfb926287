import type { Connection } from '../core/connection.js';
import { overLimit, RouterError } from '../core/errors.js';
import { checkLoad, type Load } from '../core/load.js';
import type { Payload } from '../core/payload.js';
import type { Route } from '../core/route.js';
import type { Subscriber } from '../core/router.js';
import type { Principal, Session } from '../core/session.js';
import { type Rate, rateText, TokenBucket } from '../core/token-bucket.js';
import type { Group } from './group.js';
import { LiveTopic } from './live-topic.js';
import type { Sessions } from './sessions.js';

export interface RouterLimits {
  /** Subscriptions of one session. */
  readonly subscriptions: number;
  /** Different channels that one session is subscribed to. */
  readonly channels: number;
  /** Patterns that one session is subscribed to. */
  readonly patterns: number;
  /** Sessions of one user. */
  readonly connectionsPerUser: number;
  /** Publications of one session that is no back end's; undefined for no bound. */
  readonly publishes: Rate | undefined;
  /** Publications that somebody who comes back gets at most. */
  readonly recovery: number;
  /** Octets that may wait in one connection. */
  readonly buffer: number;
  /** Milliseconds a handler may take to answer. */
  readonly handlerTimeout: number;
}

/** The refusal of one session too many of a user. */
export function sessionTooMany(
  sessions: Sessions,
  { kind, id = '' }: Principal,
  { connectionsPerUser }: RouterLimits,
): RouterError | undefined {
  if (kind !== 'user' || sessions.ofUser(id).size < connectionsPerUser) return undefined;
  return overLimit(
    'limits.connections_per_user',
    `this user has limits.connections_per_user of ${connectionsPerUser} already`,
  );
}

/**
 * Throws `limit_exceeded` for one subscription or channel too many of a session, or one too many on the channel. A pattern
 * counts as one more of both.
 */
export function checkSubscription(
  sessions: Sessions,
  subscriber: Subscriber,
  { group, limits: { subscriptions, channels, patterns } }: { group: Group; limits: RouterLimits },
): void {
  if (group instanceof LiveTopic) checkSubscribers(group);
  const own = sessions.subscribersOf(subscriber.session);
  if (subscriber.match !== undefined && countPatterns(own) >= patterns) {
    throw overLimit('limits.patterns', `this connection has limits.patterns of ${patterns} already`);
  }
  if (own.size >= subscriptions) {
    throw overLimit(
      'limits.subscriptions',
      `this connection has limits.subscriptions of ${subscriptions} already`,
    );
  }
  if (own.size < channels) return;
  const known = new Set([...own].map(nameOf));
  if (known.size < channels || known.has(nameOf(subscriber))) return;
  throw overLimit('limits.channels', `this connection has limits.channels of ${channels} already`);
}

function countPatterns(own: Iterable<Subscriber>): number {
  let count = 0;
  for (const { match } of own) if (match !== undefined) count++;
  return count;
}

/** Different for a channel and a pattern of the same text. */
function nameOf({ channel, match }: Pick<Subscriber, 'channel' | 'match'>): string {
  return `${match ?? 'exact'} ${channel}`;
}

function checkSubscribers({ size, request: { route } }: LiveTopic): void {
  const { subscribers } = route.limits;
  if (subscribers === undefined || size < subscribers) return;
  const text = `the channel has limits.subscribers of ${subscribers} already, which route ${route.name} sets`;
  throw overLimit('route.limits.subscribers', text);
}

/**
 * Throws `payload_too_large`, or `limit_exceeded` for one publication too many of the session or on the route. Back ends
 * are bound by the route alone.
 */
export function checkPublication(
  session: Session,
  { publishes, request: { route } }: LiveTopic,
  { payload, limits }: { payload: Payload; limits: RouterLimits },
): void {
  const { publish } = route.limits;
  checkPayloadSize(route, payload);
  if (limits.publishes !== undefined && session.principal.kind !== 'backend') {
    const now = performance.now();
    session.publishes ??= bucketOf(session.connection, limits.publishes, now);
    if (session.publishes.tryTake(now) > 0) {
      const text = `this connection publishes more than limits.publishes of ${rateText(limits.publishes)}`;
      throw overLimit('limits.publishes', text);
    }
  }
  if (publish === undefined || publishes === undefined || publishes.tryTake(performance.now()) === 0) return;
  const text = `more is published than limits.publish of ${rateText(publish)}, which route ${route.name} sets`;
  throw overLimit('route.limits.publish', text);
}

/** Throws `payload_too_large`. */
export function checkPayloadSize({ name, limits: { payload: octets } }: Route, { size }: Payload): void {
  if (octets === undefined || size <= octets) return;
  const text = `a payload of ${size} octets is over limits.payload of ${octets}, which route ${name} sets`;
  throw new RouterError('payload_too_large', text, { limit: 'route.limits.payload' });
}

/**
 * Throws `unavailable` where the server has too much to do for a publication that is not kept. What is kept, and what back ends
 * publish, is taken as long as it can be.
 */
export function checkPublicationLoad(
  session: Session,
  { history, replay, queue, log }: Route,
  { retain, load }: { readonly retain: boolean; readonly load: Load },
): void {
  if (load.level < 2 || session.principal.kind === 'backend' || retain) return;
  if (history === undefined && replay === undefined && queue === undefined && log === undefined)
    checkLoad(load, 2, 'publications that are not kept');
}

/** Throws `unavailable` where the server has too much to do to be asked about the past, and who is there. */
export function checkReading({ principal }: Session, load: Load): void {
  if (principal.kind !== 'backend') checkLoad(load, 2, 'to read histories and presence');
}

/** One session after another on the same connection share it. */
const BUCKETS = new WeakMap<Connection, TokenBucket>();

function bucketOf(connection: Connection, rate: Rate, now: number): TokenBucket {
  const known = BUCKETS.get(connection);
  if (known !== undefined) return known;
  const bucket = new TokenBucket(rate, now);
  BUCKETS.set(connection, bucket);
  return bucket;
}
