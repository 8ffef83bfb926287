import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { describeSettings } from '../config/index.js';
import type { Authenticator } from '../core/authenticator.js';
import { backendOf } from '../core/caller.js';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';
import type { Meter } from '../core/meter.js';

/** What is counted in plain fields on the hot path and read only when somebody asks. */
export interface LiveFigures {
  readonly connections: number;
  readonly sessions: number;
  readonly topics: number;
  readonly subscriptions: number;
  readonly presenceMembers: number;
  readonly presenceWatched: number;
  readonly tickets: number;
  readonly publications: number;
  readonly deliveries: number;
  readonly conflated: number;
  readonly load: number;
  readonly calls: number;
  readonly pendingCalls: number;
  readonly registrations: number;
  readonly queues: number;
  readonly queueMessages: number;
  readonly queueUnacknowledged: number;
  readonly storeCommits: number;
  readonly storePending: number;
}

const HELP: Readonly<Record<string, string>> = {
  signalbox_refused_connections_total: 'connections refused before they were opened, by error code',
  signalbox_refusals_total: 'subscribes, publishes, calls and registrations refused, by error code',
  signalbox_limits_reached_total:
    'requests refused, or what was kept given up, because of a limit, by the setting of the limit',
  signalbox_http_refusals_total: 'HTTP requests answered with an error, by error code',
  signalbox_disconnects_total: 'connections ended, by close code',
  signalbox_throttled_total: 'times that a connection was not read for a while, by limit',
  signalbox_oro_tickets_total: 'tickets of OroSyncBundle checked, by outcome',
  signalbox_malformed_messages_total: 'messages that are not of their protocol, by protocol',
  signalbox_stomp_tolerated_total: 'frames of STOMP against the specification that were served, by what',
  signalbox_jwks_fetches_total: 'fetches of the keys of tokens, by outcome',
  signalbox_auth_questions_total: 'questions to the application who a peer is, by outcome',
  signalbox_reloads_total: 'times that settings, routes and handlers were read again, by outcome',
  signalbox_recoveries_total:
    'subscribers that came back with a position, by whether all that they missed was kept',
  signalbox_gaps_total:
    'channels with a history of which something was lost, so that their subscribers were sent away',
  signalbox_degraded_publications_total:
    'publications that were delivered on this node alone because Redis was away',
  signalbox_foreign_messages_total: 'messages from Redis that no node has written, which were left out',
  signalbox_presence_failures_total: 'questions and words to the store of presence that failed',
  signalbox_redeliveries_total: 'messages of queues that wait again after they were given out',
  signalbox_dead_letters_total:
    'messages of queues that nobody consumed, by reason and whether a route keeps them',
  signalbox_auth_challenges_total: 'answers to the question who a peer is, by method and outcome',
};

const LIMITS_REACHED = 'signalbox_limits_reached_total';
const LIMITS = new Set(describeSettings().map(({ path }) => path));

/** Handlers name limits of their own, and a label comes from a closed set. */
function knownLimit(limit = ''): string {
  return LIMITS.has(limit) ? limit : 'other';
}

/** The metrics of one server in the Prometheus text format. */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  count(name: string, labels: Readonly<Record<string, string>> = {}): void {
    const known = name === LIMITS_REACHED ? { limit: knownLimit(labels['limit']) } : labels;
    this.#counter(name, Object.keys(known)).inc(known);
  }

  /** Publishes figures that are read at each scrape. */
  watch(read: () => LiveFigures): void {
    this.#read('signalbox_connections', 'open connections', () => read().connections);
    this.#read('signalbox_sessions', 'open sessions', () => read().sessions);
    this.#read('signalbox_topics', 'live channels', () => read().topics);
    this.#read(
      'signalbox_subscriptions',
      'subscriptions, those to patterns included',
      () => read().subscriptions,
    );
    const kept = 'sessions of this node on channels with presence';
    this.#read('signalbox_presence_members', kept, () => read().presenceMembers);
    const watched = 'channels of which it is watched here who is there';
    this.#read('signalbox_presence_watched', watched, () => read().presenceWatched);
    this.#read('signalbox_pending_calls', 'calls not answered yet', () => read().pendingCalls);
    this.#read('signalbox_registrations', 'procedures registered', () => read().registrations);
    this.#read('signalbox_queues', 'queues that hold messages or have consumers', () => read().queues);
    this.#read('signalbox_queue_messages', 'messages held by queues', () => read().queueMessages);
    const unacknowledged = 'messages of queues given out and not acknowledged';
    this.#read('signalbox_queue_unacknowledged', unacknowledged, () => read().queueUnacknowledged);
    this.#read('signalbox_store_pending', 'messages that wait for the disk', () => read().storePending);
    this.#readTotal('signalbox_store_commits_total', 'commits of the store', () => read().storeCommits);
    this.#read('signalbox_tickets', 'one-time tickets remembered', () => read().tickets);
    this.#readTotal('signalbox_publications_total', 'publications accepted', () => read().publications);
    this.#readTotal('signalbox_deliveries_total', 'deliveries to subscribers', () => read().deliveries);
    const conflated = 'publications that a slow subscriber was not sent, as a newer one took their place';
    this.#readTotal('signalbox_conflated_total', conflated, () => read().conflated);
    const load =
      'how much the server has to do: 1 refuses new connections, 2 what may be tried again later, too';
    this.#read('signalbox_load', load, () => read().load);
    this.#readTotal('signalbox_calls_total', 'calls of procedures', () => read().calls);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter(name: string, labelNames: string[]): Counter {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = new Counter({ name, help: HELP[name] ?? name, labelNames, registers: [this.#registry] });
    this.#counters.set(name, counter);
    return counter;
  }

  #readTotal(name: string, help: string, value: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  #read(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }
}

/** `GET /metrics` for those who hold a back-end key: the figures say more than strangers should know. */
export class MetricsEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/metrics';
  readonly bodyLimit = 0;
  readonly #metrics: Metrics;
  readonly #authenticator: Authenticator;

  constructor(metrics: Metrics, authenticator: Authenticator) {
    this.#metrics = metrics;
    this.#authenticator = authenticator;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await backendOf(request, this.#authenticator, 'reading metrics');
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4' },
      body: await this.#metrics.text(),
    };
  }
}
