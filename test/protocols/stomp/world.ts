import { REPLY_HANDLER, REPLY_ROUTE } from '../../../src/app/reply-route.js';
import type { Authenticator } from '../../../src/core/authenticator.js';
import type { Guest } from '../../../src/core/protocol.js';
import type { Route } from '../../../src/core/route.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import {
  type FrameLimits,
  ReplyAddresses,
  ReplyTopic,
  type StompOptions,
  StompProtocol,
} from '../../../src/protocols/stomp/index.js';
import type { RouterLimits } from '../../../src/router/index.js';
import { TestServer, testRoute } from '../../../src/testing.js';
import { PeerConnection } from '../../support/peer-connection.js';
import type { StompReply } from '../../support/stomp-frames.js';
import { StompTestPeer } from '../../support/stomp-peer.js';
import { RecordingLogger } from '../wamp2/recording-logger.js';
import { FakeQueues } from './fake-queues.js';

export const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

export const ROUTES: readonly Route[] = [
  testRoute('chat', 'chat/{room}'),
  testRoute('deep', 'deep/{a}/{b}'),
  testRoute('mail', 'mail/{user_id}', { access: { subscribe: ['owner'], publish: ['backend'] } }),
  testRoute('slow', 'slow/{room}'),
  testRoute('silent', 'silent'),
];

const HANDLERS: Readonly<Record<string, TopicHandler>> = {
  chat: broadcast,
  deep: broadcast,
  mail: broadcast,
  silent: {},
  slow: {
    onSubscribe: later,
    onPublish: async (_session, topic, _request, event) => {
      await later();
      return topic.broadcast(event.payload, event);
    },
  },
};

const OPTIONS: StompOptions = {
  closesOnError: true,
  trailingLf: true,
  connectTimeout: 30_000,
  heartBeat: 1000,
  prefetch: 1000,
  transactions: 3,
  transactionFrames: 4,
  transactionSize: 4096,
  tempQueues: 2,
};

const FRAMES: FrameLimits = {
  header: 1000,
  headers: 20,
  headerSection: 4000,
  beforeLogin: 5000,
  message: 10_000,
};

export interface WorldOptions {
  readonly routes?: readonly Route[];
  readonly handlers?: Readonly<Record<string, TopicHandler>>;
  readonly options?: Partial<StompOptions>;
  readonly limits?: Partial<RouterLimits>;
  readonly authenticator?: Authenticator;
  readonly downgrade?: boolean;
}

/** A server of STOMP without sockets: the real router and protocol. */
export class World {
  readonly logger = new RecordingLogger();
  /** What was counted: names with the values of their labels. */
  readonly counted: string[] = [];
  readonly replies = new ReplyAddresses();
  readonly server: TestServer;
  readonly protocol: StompProtocol;
  readonly queues: FakeQueues;

  constructor(given: WorldOptions = {}) {
    const { routes = ROUTES, handlers = {}, options = {}, limits, downgrade = false } = given;
    const meter = {
      count: (name: string, labels: Readonly<Record<string, string>> = {}) =>
        void this.counted.push([name, ...Object.values(labels)].join(' ')),
    };
    const authenticator = given.authenticator ?? { method: 'anonymous', authenticate: () => ANONYMOUS };
    this.server = new TestServer({
      routes: [REPLY_ROUTE, ...routes],
      handlers: { ...HANDLERS, ...handlers, [REPLY_HANDLER]: new ReplyTopic(this.replies) },
      logger: this.logger,
      meter,
      authenticator,
      identity: { downgrade },
      ...(limits && { limits }),
    });
    const { router, procedures } = this.server;
    this.queues = new FakeQueues(router);
    this.protocol = new StompProtocol({
      router: this.queues.router,
      procedures,
      authenticator,
      ident: 'signalbox/test',
      options: { ...OPTIONS, ...options },
      frames: FRAMES,
      depth: 16,
      ahead: 1000,
      replies: this.replies,
      logger: this.logger,
      meter,
    });
  }

  /** A connection that has said nothing yet. */
  open(guest: Partial<Guest> = {}, transport: 'memory' | 'websocket' = 'memory'): Client {
    return new Client(this.protocol, { principal: undefined, headers: {}, ...guest }, transport);
  }

  /** A peer that has connected. */
  async connect(
    version: string | undefined = '1.2',
    { principal, headers = {} }: Connecting = {},
  ): Promise<Client> {
    const client = this.open({ principal });
    const asked = version === '1.0' ? {} : { 'accept-version': version };
    const [connected] = await client.do('CONNECT', { ...asked, ...headers });
    if (connected?.command !== 'CONNECTED') throw new Error(JSON.stringify(connected));
    return client;
  }
}

interface Connecting {
  readonly principal?: Principal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A STOMP client without a socket. */
export class Client {
  readonly connection: PeerConnection;
  readonly peer = new StompTestPeer();
  #seen = 0;

  constructor(protocol: StompProtocol, guest: Guest, transport: 'memory' | 'websocket') {
    this.connection = new PeerConnection(this.peer, transport);
    const listener = protocol.accept(this.connection, guest);
    this.connection.listener = listener;
    this.peer.use({
      write: (octets, asText) => listener.received(octets, !asText),
      drop: () => this.connection.drop({ code: 1006, reason: 'gone', reconnect: true }),
    });
  }

  get ended(): PeerConnection['ended'] {
    return this.connection.ended;
  }

  send(command: string, headers: Readonly<Record<string, string>> = {}, body: string | Buffer = ''): void {
    this.peer.send(command, headers, body);
  }

  /** What came since the last look, after everything under way has settled. */
  async news(): Promise<readonly StompReply[]> {
    for (let i = 0; i < 6; i++) await later();
    const news = this.peer.frames.slice(this.#seen);
    this.#seen = this.peer.frames.length;
    return news;
  }

  /** Sends a frame and gives what came. */
  async do(
    command: string,
    headers: Readonly<Record<string, string>> = {},
    body: string | Buffer = '',
  ): Promise<readonly StompReply[]> {
    this.send(command, headers, body);
    return this.news();
  }

  /** The bodies of the messages that came since the last look. */
  async bodies(): Promise<readonly string[]> {
    return (await this.news()).filter(({ command }) => command === 'MESSAGE').map(({ body }) => body);
  }

  /** What came since the last look, as it came. */
  async text(): Promise<string> {
    await this.news();
    const text = this.peer.received.toString('latin1');
    this.peer.received = Buffer.alloc(0);
    return text;
  }
}
