import type { MetricFacts } from './metric-facts.js';
import { counter, gauge, histogram, kept, refusals, routes } from './metric-facts.js';

/** What becomes of it: handlers, refusals, histories, presence and queues. */
export const OUTCOME_METRICS = {
  signalbox_handler_seconds: {
    ...routes,
    ...histogram,
    labels: ['route', 'hook'],
    help: 'how long hooks of handlers took, deliveries within them included, by route and hook',
    read: 'A hook that waits delays its own peer; one that blocks for more than 0.1 delays everybody.',
  },
  signalbox_refusals_total: {
    ...refusals,
    ...counter,
    labels: ['code'],
    help: 'subscribes, publishes, calls and registrations refused, by error code',
    read: 'forbidden and no_such_route after a deployment: pages and routes do not fit. handler_failed and internal are faults of the server; the log has them.',
  },
  signalbox_http_refusals_total: {
    ...refusals,
    ...counter,
    labels: ['code'],
    help: 'HTTP requests answered with an error, by error code',
    read: 'unauthorized: a back end has no key, or an old one.',
  },
  signalbox_limits_reached_total: {
    ...refusals,
    ...counter,
    labels: ['limit'],
    help: 'requests refused, or what was kept given up, because of a limit, by the setting of the limit',
    read: 'The label is the setting to raise, where it is meant to be raised; other are limits of handlers. limits.loop_delay is load that was shed.',
  },
  signalbox_recoveries_total: {
    ...kept,
    ...counter,
    labels: ['recovered'],
    values: { recovered: ['true', 'false'] },
    help: 'subscribers that came back with a position, by whether all that they missed was kept',
    read: 'Many with false: histories are too short for how long peers stay away.',
  },
  signalbox_gaps_total: {
    ...kept,
    ...counter,
    help: 'channels with a history of which something was lost, so that their subscribers were sent away',
    read: 'Should stay as it is; grows when Redis lost what it had acknowledged.',
  },
  signalbox_presence_members: {
    ...kept,
    ...gauge,
    figure: 'presenceMembers',
    help: 'sessions of this node on channels with presence',
    read: 'A session counts once for each channel.',
  },
  signalbox_presence_watched: {
    ...kept,
    ...gauge,
    figure: 'presenceWatched',
    help: 'channels of which it is watched here who is there',
    read: 'Each change of who is there is told to all who watch.',
  },
  signalbox_presence_failures_total: {
    ...kept,
    ...counter,
    help: 'questions and words to the store of presence that failed',
    read: 'Redis was away; presence is put right when it is back.',
  },
  signalbox_queues: {
    ...kept,
    ...gauge,
    figure: 'queues',
    help: 'queues that hold messages or have consumers',
    read: 'Of all nodes together where they share Redis: do not sum.',
  },
  signalbox_queue_messages: {
    ...kept,
    ...gauge,
    figure: 'queueMessages',
    help: 'messages held by queues',
    read: 'Grows while consumers are slower than publishers; over the bounds of the queue publishers are refused.',
  },
  signalbox_queue_unacknowledged: {
    ...kept,
    ...gauge,
    figure: 'queueUnacknowledged',
    help: 'messages of queues given out and not acknowledged',
    read: 'Stands still above 0: a consumer took messages and hangs.',
  },
  signalbox_redeliveries_total: {
    ...kept,
    ...counter,
    help: 'messages of queues that wait again after they were given out',
    read: 'Consumers that fail, or end with messages in hand.',
  },
  signalbox_dead_letters_total: {
    ...kept,
    ...counter,
    labels: ['reason', 'kept'],
    values: { reason: ['attempts', 'expired', 'rejected'], kept: ['true', 'false'] },
    help: 'messages of queues that nobody consumed, by reason and whether a route keeps them',
    read: 'With kept="false" they are gone: name a route in dead_letters.',
  },
} as const satisfies Readonly<Record<`signalbox_${string}`, MetricFacts>>;
