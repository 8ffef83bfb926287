import type { MetricFacts } from './metric-facts.js';
import { calls, counter, gauge, histogram, identity, stores } from './metric-facts.js';

/** What it stands on: procedures, identity, Redis and the store. */
export const SUPPORT_METRICS = {
  signalbox_calls_total: {
    ...calls,
    ...counter,
    figure: 'calls',
    help: 'calls of procedures',
    read: 'Calls that were answered at once are among them.',
  },
  signalbox_pending_calls: {
    ...calls,
    ...gauge,
    figure: 'pendingCalls',
    help: 'calls not answered yet',
    read: 'Stands high: callees or handlers do not answer; limits.call_timeout ends them.',
  },
  signalbox_registrations: {
    ...calls,
    ...gauge,
    figure: 'registrations',
    help: 'procedures registered by sessions',
    read: '0 where callees should be: they have lost their connections.',
  },
  signalbox_tickets: {
    ...identity,
    ...gauge,
    figure: 'tickets',
    help: 'one-time tickets remembered until they expire',
    read: 'Bounded by limits.tickets, over which who brings one is turned away.',
  },
  signalbox_oro_tickets_total: {
    ...identity,
    ...counter,
    labels: ['outcome'],
    help: 'tickets of OroSyncBundle checked, by outcome',
    read: 'expired and future: the clocks differ. invalid: the secrets differ. unavailable: the accounts cannot be read.',
  },
  signalbox_jwks_fetches_total: {
    ...identity,
    ...counter,
    labels: ['outcome'],
    help: 'fetches of the keys of tokens, by outcome',
    read: 'failed: tokens with new keys are refused until one succeeds.',
  },
  signalbox_auth_questions_total: {
    ...identity,
    ...counter,
    labels: ['outcome'],
    help: 'questions to the application who a peer is, by outcome',
    read: 'timeout and busy: the application is too slow for the peers that arrive.',
  },
  signalbox_auth_challenges_total: {
    ...identity,
    ...counter,
    labels: ['method', 'outcome'],
    help: 'answers to the question who a peer is, by method and outcome',
    read: 'refused: wrong passwords or keys. failed: it could not be told; the log says why.',
  },
  signalbox_broker_up: {
    ...stores,
    ...gauge,
    figure: 'brokerUp',
    help: '1 while publications reach the other nodes; always 1 without Redis',
    read: '0: this node serves its own subscribers and refuses what would have to be kept; see nodes.md.',
  },
  signalbox_broker_losses_total: {
    ...stores,
    ...counter,
    help: 'times that Redis went away',
    read: 'Each costs a second or so of publications on channels without a history.',
  },
  signalbox_broker_roundtrip_seconds: {
    ...stores,
    ...histogram,
    help: 'how long what was published on Redis took to come back, tried every three seconds',
    read: 'Above 0.025 Redis is far away or busy; a publish with a history takes as long.',
  },
  signalbox_degraded_publications_total: {
    ...stores,
    ...counter,
    help: 'publications that were delivered on this node alone because Redis was away',
    read: 'Subscribers of other nodes have missed them.',
  },
  signalbox_foreign_messages_total: {
    ...stores,
    ...counter,
    help: 'messages from Redis that no node has written, which were left out',
    read: 'Another program uses the same prefix of the same Redis.',
  },
  signalbox_store_commits_total: {
    ...stores,
    ...counter,
    figure: 'storeCommits',
    help: 'commits of the store',
    read: 'Each is a write to the disk that publishers wait for together.',
  },
  signalbox_store_pending: {
    ...stores,
    ...gauge,
    figure: 'storePending',
    help: 'messages that wait for the disk',
    read: 'Grows: the disk is slower than the publishers; over limits.store_pending they are refused.',
  },
} as const satisfies Readonly<Record<`signalbox_${string}`, MetricFacts>>;
