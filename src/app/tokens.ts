import type { ServiceIdentifier } from 'inversify';
import type { AuthenticationGuard, OriginPolicy, Revocations } from '../authenticators/index.js';
import type { Accounts } from '../core/accounts.js';
import type { Authenticator, Challenger } from '../core/authenticator.js';
import type { Broker } from '../core/broker.js';
import type { Cluster } from '../core/cluster.js';
import type { ServerEvents } from '../core/events.js';
import type { HttpEndpoint } from '../core/http.js';
import type { Logger } from '../core/logger.js';
import type { Logins } from '../core/logins.js';
import type { Meter } from '../core/meter.js';
import type { Protocol } from '../core/protocol.js';
import type { Reload } from '../core/reload.js';
import type { SessionControl } from '../core/session-control.js';
import type { Tracer } from '../core/tracer.js';
import type { OperatorStreams, PollEndpoint } from '../protocols/http/index.js';
import type { ReplyAddresses } from '../protocols/stomp/index.js';
import type { SessionDetails, Testaments } from '../protocols/wamp2/index.js';
import type { ProcedureRouter, RouteTable, TopicRouter } from '../router/index.js';
import type { EmbeddedStore } from '../stores/index.js';
import type {
  AdmissionLimits,
  FirstOctet,
  HttpTransport,
  LongPollTransport,
  PeerAddresses,
  PolicyTransport,
  RawSocketTransport,
  SseTransport,
  StreamTransport,
  WebSocketTransport,
} from '../transports/index.js';
import type { NodeInspector } from './admin/node-inspector.js';
import type { OperatorMemory } from './admin/operator-memory.js';
import type { OperatorTotals } from './admin/operator-totals.js';
import type { Backbone } from './backbone.js';
import type { HandshakeGateway } from './gateway.js';
import type { Metrics } from './metrics.js';
import type { OroSupport } from './oro-support.js';
import type { Overload } from './overload.js';
import type { Plan } from './plan.js';
import type { Publisher } from './publisher.js';
import type { Realms } from './realms.js';
import type { ServerNode } from './server-node.js';

function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(`signalbox.${name}`);
}

/** What a topic handler may ask for in its static `inject`, beside the application's own services. */
export const TOKENS = {
  logger: token<Logger>('logger'),
  meter: token<Meter>('meter'),
  events: token<ServerEvents>('events'),
  broker: token<Broker>('broker'),
  authenticator: token<Authenticator>('authenticator'),
  /** Not there unless a class of the application offers it. */
  accounts: token<Accounts>('accounts'),
  /** Likewise. */
  logins: token<Logins>('logins'),
  gateway: token<HandshakeGateway>('gateway'),
  publisher: token<Publisher>('publisher'),
  /** Sessions wherever they are. */
  sessions: token<SessionControl>('sessions'),
  cluster: token<Cluster>('cluster'),
} as const;

/** Parts of the server that only the composition root names. */
export const PARTS = {
  /** By what the server routes now. */
  served: token<{ plan: Plan }>('part.served'),
  /** Bound by a server that runs. */
  reload: token<Reload>('part.reload'),
  metrics: token<Metrics>('part.metrics'),
  /** Undefined where nothing is traced. */
  tracer: token<Tracer | undefined>('part.tracer'),
  /** What is counted, for operators. */
  totals: token<OperatorTotals>('part.totals'),
  /** Undefined where operators have no key. */
  operatorMemory: token<OperatorMemory | undefined>('part.operator-memory'),
  /** Likewise. */
  inspector: token<NodeInspector | undefined>('part.inspector'),
  /** Knows the key of the operators. */
  operators: token<Authenticator>('part.operators'),
  operatorStreams: token<OperatorStreams>('part.operator-streams'),
  /** What is at `/admin/api`. */
  admin: token<readonly HttpEndpoint[]>('part.admin'),
  /** Counts what is wrong with credentials, and bounds how long it takes to tell. */
  guard: token<AuthenticationGuard>('part.guard'),
  table: token<RouteTable>('part.table'),
  /** Undefined where no route needs one. */
  store: token<EmbeddedStore | undefined>('part.store'),
  realms: token<Realms>('part.realms'),
  details: token<WeakMap<object, SessionDetails>>('part.details'),
  testaments: token<Testaments>('part.testaments'),
  router: token<TopicRouter>('part.router'),
  procedures: token<ProcedureRouter>('part.procedures'),
  revocations: token<Revocations>('part.revocations'),
  oro: token<OroSupport>('part.oro'),
  methods: token<readonly Authenticator[]>('part.methods'),
  knownOnly: token<Authenticator>('part.known-only'),
  /** The same, and nobody in particular where the installation lets them in. */
  readers: token<Authenticator>('part.readers'),
  /** Where logins are looked up, whoever keeps them. */
  logins: token<Logins>('part.logins'),
  /** The methods of question and answer that are offered, best first. */
  challengers: token<readonly Challenger[]>('part.challengers'),
  origins: token<OriginPolicy>('part.origins'),
  replays: token<Backbone['replays']>('part.replays'),
  addresses: token<PeerAddresses>('part.addresses'),
  polls: token<PollEndpoint>('part.polls'),
  reads: token<readonly HttpEndpoint[]>('part.reads'),
  endpoints: token<readonly HttpEndpoint[]>('part.endpoints'),
  node: token<ServerNode>('part.node'),
  backbone: token<Backbone>('part.backbone'),
  overload: token<Overload>('part.overload'),
  readiness: token<{ ready: boolean }>('part.readiness'),
  wamp1: token<Protocol>('part.wamp1'),
  wamp2: token<Protocol>('part.wamp2'),
  stomp: token<Protocol>('part.stomp'),
  /** The reply queues of STOMP sessions. */
  replies: token<ReplyAddresses>('part.replies'),
  /** Undefined where it is spoken nowhere. */
  xmlsocket: token<Protocol | undefined>('part.xmlsocket'),
  sse: token<Protocol>('part.sse'),
  protocols: token<readonly Protocol[]>('part.protocols'),
  http: token<HttpTransport>('part.http'),
  admission: token<AdmissionLimits>('part.admission'),
  webSocket: token<WebSocketTransport>('part.web-socket'),
  rawSocket: token<RawSocketTransport>('part.raw-socket'),
  longPoll: token<LongPollTransport>('part.long-poll'),
  sseStreams: token<SseTransport>('part.sse-streams'),
  stompStream: token<StreamTransport>('part.stomp-stream'),
  xmlsocketStream: token<StreamTransport>('part.xmlsocket-stream'),
  /** What is spoken beside HTTP at `listen.port`. */
  sharing: token<readonly FirstOctet[]>('part.sharing'),
  /** What Flash Player is told about the ports it may connect to. */
  policyText: token<string>('part.policy-text'),
  policy: token<PolicyTransport>('part.policy'),
} as const;
