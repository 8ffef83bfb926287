import type { LiveFigures } from './live-figures.js';

/** What an operator has to know of one metric. */
export interface MetricFacts {
  readonly group: (typeof METRIC_GROUPS)[number];
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Each from a closed set: routes, protocols, transports, codes, settings; never a channel, a user or an address. */
  readonly labels?: readonly string[];
  /** Where it is read from when somebody asks; without it, it is counted or timed as things happen. */
  readonly figure?: keyof LiveFigures;
  readonly help: string;
  /** How to read it, or what to do. */
  readonly read: string;
}

/** In the order in which the documentation shows them. */
export const METRIC_GROUPS = [
  'Node',
  'Connections and sessions',
  'Channels and publications',
  'Routes',
  'Refusals and limits',
  'Histories, presence and queues',
  'Procedures',
  'Identity',
  'Redis and the store',
] as const;

const node = { group: 'Node' } as const;
const peers = { group: 'Connections and sessions' } as const;
const traffic = { group: 'Channels and publications' } as const;
const routes = { group: 'Routes' } as const;
const refusals = { group: 'Refusals and limits' } as const;
const kept = { group: 'Histories, presence and queues' } as const;
const calls = { group: 'Procedures' } as const;
const identity = { group: 'Identity' } as const;
const stores = { group: 'Redis and the store' } as const;
const gauge = { type: 'gauge' } as const;
const counter = { type: 'counter' } as const;
const histogram = { type: 'histogram' } as const;

/** Every metric of the server itself. docs/metrics.md is written from it; what is counted under another name has no place there. */
export const METRICS = {
  signalbox_build_info: {
    ...node,
    ...gauge,
    labels: ['version'],
    figure: 'build',
    help: '1, with the version of the server',
    read: 'More than one version at a time is an update under way.',
  },
  signalbox_ready: {
    ...node,
    ...gauge,
    figure: 'ready',
    help: '1 while /readyz answers 200',
    read: '0 for more than a minute outside of a deployment: /readyz says which part is not up.',
  },
  signalbox_load: {
    ...node,
    ...gauge,
    figure: 'load',
    help: 'how much the server has to do: 1 refuses new connections, 2 what may be tried again later, too',
    read: 'Above 0 add nodes, or find the handler that blocks in signalbox_handler_seconds.',
  },
  signalbox_routes: {
    ...node,
    ...gauge,
    figure: 'routes',
    help: "routes served, the server's own included",
    read: 'The same on all nodes, once they have the same routing files.',
  },
  signalbox_connections: {
    ...peers,
    ...gauge,
    labels: ['transport'],
    figure: 'connections',
    help: 'open connections, by transport',
    read: 'Their sum is bounded by limits.connections. A sudden fall is a network or a proxy; see signalbox_disconnects_total.',
  },
  signalbox_sessions: {
    ...peers,
    ...gauge,
    labels: ['protocol', 'transport'],
    figure: 'sessions',
    help: 'open sessions, by protocol and what carries it',
    read: 'Far fewer than connections: peers connect and do not say who they are.',
  },
  signalbox_sent_bytes_total: {
    ...peers,
    ...counter,
    labels: ['transport'],
    figure: 'sentBytes',
    help: 'octets of frames given to connections, before compression and TLS, by transport',
    read: 'Its rate over that of signalbox_deliveries_total is the size of a message on the wire.',
  },
  signalbox_disconnects_total: {
    ...peers,
    ...counter,
    labels: ['code'],
    help: 'connections ended, by close code; other for codes that peers made up',
    read: '1000 and 1001 are peers that left, 1006 lost networks, 4008 slow consumers, 4012 silent ones, 4001 a drain: see errors.md.',
  },
  signalbox_refused_connections_total: {
    ...peers,
    ...counter,
    labels: ['code'],
    help: 'connections refused before they were opened, by error code',
    read: 'descriptors: raise the limit of open files. tls: no handshake came about. timeout: peers that say nothing. The rest as in errors.md.',
  },
  signalbox_throttled_total: {
    ...peers,
    ...counter,
    labels: ['limit'],
    help: 'times that a connection was not read for a while, by limit',
    read: 'Steady growth is a peer that sends more than limits.messages.',
  },
  signalbox_malformed_messages_total: {
    ...peers,
    ...counter,
    labels: ['protocol'],
    help: 'messages that are not of their protocol, by protocol',
    read: 'Broken or hostile clients; the log names the connection.',
  },
  signalbox_stomp_tolerated_total: {
    ...peers,
    ...counter,
    labels: ['what'],
    help: 'frames of STOMP against the specification that were served, by what',
    read: 'Harmless; subscription_without_id are old clients, unknown_message answers to messages that nobody waits for.',
  },
  signalbox_topics: {
    ...traffic,
    ...gauge,
    figure: 'topics',
    help: 'live channels',
    read: 'Grows with distinct channels that have subscribers, not with their number.',
  },
  signalbox_subscriptions: {
    ...traffic,
    ...gauge,
    figure: 'subscriptions',
    help: 'subscriptions, those to patterns included',
    read: 'Over signalbox_sessions: subscriptions of one session, bounded by limits.subscriptions.',
  },
  signalbox_publications_total: {
    ...traffic,
    ...counter,
    figure: 'publications',
    help: 'publications delivered on this node, those of other nodes included',
    read: 'Not to be summed over nodes: each counts what it hears.',
  },
  signalbox_deliveries_total: {
    ...traffic,
    ...counter,
    figure: 'deliveries',
    help: 'deliveries to subscribers',
    read: 'Its rate is the real work of a node; over that of publications it is the fan-out.',
  },
  signalbox_conflated_total: {
    ...traffic,
    ...counter,
    figure: 'conflated',
    help: 'publications that a slow subscriber was not sent, as a newer one took their place',
    read: 'What slow: conflate saves; much of it means that subscribers take less than is published.',
  },
  signalbox_route_publications_total: {
    ...routes,
    ...counter,
    labels: ['route'],
    figure: 'routePublications',
    help: 'publications on channels of a route that came by this node',
    read: 'Which routes the traffic is on; not to be summed over nodes.',
  },
  signalbox_route_deliveries_total: {
    ...routes,
    ...counter,
    labels: ['route'],
    figure: 'routeDeliveries',
    help: 'what subscribers of this node were sent of them',
    read: 'Which routes the work is on.',
  },
  signalbox_route_refusals_total: {
    ...routes,
    ...counter,
    labels: ['route'],
    figure: 'routeRefusals',
    help: 'requests refused on channels of a route',
    read: 'One route alone after a deployment: its access or its handler has changed; signalbox explain says why.',
  },
  signalbox_route_channels: {
    ...routes,
    ...gauge,
    labels: ['route'],
    figure: 'routeChannels',
    help: 'live channels of a route',
    read: 'Their sum is signalbox_topics.',
  },
  signalbox_route_subscribers: {
    ...routes,
    ...gauge,
    labels: ['route'],
    figure: 'routeSubscribers',
    help: 'subscriptions of channels of a route',
    read: 'Subscriptions to patterns belong to no route.',
  },
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
    help: 'messages of queues that nobody consumed, by reason and whether a route keeps them',
    read: 'With kept="false" they are gone: name a route in dead_letters.',
  },
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

export type MetricName = keyof typeof METRICS;

/** The facts of a metric of the server itself; undefined for one that a handler made up. */
export function factsOf(name: string): MetricFacts | undefined {
  return Object.hasOwn(METRICS, name) ? METRICS[name as MetricName] : undefined;
}
