import { expect } from 'vitest';
import { META_HANDLER, metaRoutes } from '../../../src/app/meta-routes.js';
import type { Authenticator, Challenger } from '../../../src/core/authenticator.js';
import type { Broker } from '../../../src/core/broker.js';
import type { Guest } from '../../../src/core/protocol.js';
import type { Realm } from '../../../src/core/realm.js';
import type { Route } from '../../../src/core/route.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { CBOR } from '../../../src/protocols/wamp2/cbor.js';
import {
  type Disclosure,
  MetaApi,
  publishMetaEvents,
  type SessionDetails,
  Testaments,
  type Wamp2Context,
  Wamp2Protocol,
} from '../../../src/protocols/wamp2/index.js';
import { MSGPACK } from '../../../src/protocols/wamp2/msgpack.js';
import type { ProcedureLimits, RouterLimits } from '../../../src/router/index.js';
import { FakeConnection, TestServer, testRoute, testUser } from '../../../src/testing.js';
import { RecordingLogger } from './recording-logger.js';

export const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

/** Channels and procedures that the tests of all behaviours share. */
export const ROUTES: readonly Route[] = [
  testRoute('chat', 'chat/{room}'),
  testRoute('mail', 'mail/{user_id}', { access: { subscribe: ['owner'], publish: ['backend'] } }),
  testRoute('news', 'news/{topic}', { history: { size: 10, ttl: 60_000 } }),
  testRoute('slow', 'slow/{room}'),
  testRoute('silent', 'silent'),
  testRoute('math', 'math/{name}', { handler: 'procedures', requirements: { name: '[a-z]+' } }),
  testRoute('guarded', 'guarded/{name}', {
    handler: 'procedures',
    access: { call: ['user'], register: ['backend'] },
  }),
];

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

export const HANDLERS: Readonly<Record<string, TopicHandler>> = {
  chat: broadcast,
  mail: broadcast,
  news: broadcast,
  silent: { onPublish: () => undefined },
  slow: {
    onSubscribe: later,
    onPublish: async (_session, topic, _request, event) => {
      await later();
      return topic.broadcast(event.payload, event);
    },
  },
  procedures: {},
};

export interface WorldOptions {
  readonly realms?: readonly string[];
  readonly routes?: readonly Route[];
  readonly handlers?: Readonly<Record<string, TopicHandler>>;
  readonly broker?: Broker;
  readonly limits?: Partial<RouterLimits & ProcedureLimits>;
  readonly meta?: readonly string[];
  readonly disclosure?: Disclosure;
  readonly strictUris?: boolean;
  readonly handshakeTimeout?: number;
  readonly downgrade?: boolean;
  readonly testaments?: number;
  readonly challengers?: readonly Challenger[];
  readonly authenticator?: Authenticator;
}

/** A server of WAMP v2 without sockets: real routers, procedures and protocol. */
export class World {
  readonly servers = new Map<string, TestServer>();
  readonly logger = new RecordingLogger();
  readonly malformed: string[] = [];
  late = 0;
  readonly protocol: Wamp2Protocol;
  readonly #details = new WeakMap<object, SessionDetails>();

  constructor(options: WorldOptions = {}) {
    const { realms: names = ['realm1'], disclosure = 'request', testaments: most = 3 } = options;
    const testaments = new Testaments({
      limits: { testaments: most, testamentsSize: 65_536 },
      logger: this.logger,
      isWithdrawn: () => false,
    });
    const realms = new Map<string, Realm>();
    for (const name of names) realms.set(name, this.#open(name, options, testaments));
    const context: Wamp2Context = {
      realms,
      ident: 'signalbox/test',
      authenticator: options.authenticator ?? { method: 'anonymous', authenticate: () => ANONYMOUS },
      challengers: options.challengers ?? [],
      disclosure,
      strictUris: options.strictUris ?? false,
      handshakeTimeout: options.handshakeTimeout ?? 10_000,
      details: this.#details,
      logger: this.logger,
      malformed: (reason) => void this.malformed.push(reason),
      late: () => void this.late++,
    };
    this.protocol = new Wamp2Protocol(context, { depth: 16 });
  }

  get server(): TestServer {
    return this.in('realm1');
  }

  in(realm: string): TestServer {
    const server = this.servers.get(realm);
    if (server === undefined) throw new Error(realm);
    return server;
  }

  /** A connection that has said nothing yet. */
  connect(principal?: Principal, subprotocol?: string): Client {
    return new Client(this.protocol, { principal, subprotocol, headers: {} });
  }

  /** A peer that has joined. */
  async join(
    principal: Principal | undefined = testUser('5'),
    { realm = 'realm1', subprotocol = 'wamp.2.json', roles = ROLES, details = {} }: Joining = {},
  ): Promise<Client> {
    const client = this.connect(principal, subprotocol);
    await client.join(realm, { roles, ...details });
    return client;
  }

  #open(name: string, options: WorldOptions, testaments: Testaments): Realm {
    const { routes = ROUTES, meta: rules = ['backend'], broker, limits, disclosure = 'request' } = options;
    const api: TopicHandler = { onCall: (session, request, call) => meta.onCall(session, request, call) };
    const server = new TestServer({
      routes: [...metaRoutes(rules), ...routes],
      handlers: { ...HANDLERS, ...options.handlers, [META_HANDLER]: api },
      logger: this.logger,
      identity: { downgrade: options.downgrade ?? false },
      ...(broker && { broker }),
      ...(limits && { limits }),
      ...(options.authenticator && { authenticator: options.authenticator }),
    });
    const realm = { name, router: server.router, procedures: server.procedures };
    const meta = new MetaApi({ realm, details: this.#details, testaments, disclosure });
    publishMetaEvents(realm, server.events, this.#details);
    this.servers.set(name, server);
    return realm;
  }
}

interface Joining {
  readonly realm?: string;
  readonly subprotocol?: string;
  readonly roles?: Roles;
  readonly details?: Readonly<Record<string, unknown>>;
}

type Roles = Readonly<Record<string, { readonly features: Readonly<Record<string, boolean>> }>>;

/** All roles with what a peer of today announces. */
export const ROLES: Roles = {
  publisher: { features: { payload_passthru_mode: true } },
  subscriber: { features: { subscription_revocation: true } },
  caller: { features: { progressive_call_invocations: true, payload_passthru_mode: true } },
  callee: {
    features: {
      call_canceling: true,
      progressive_call_invocations: true,
      registration_revocation: true,
      payload_passthru_mode: true,
    },
  },
};

type Message = readonly unknown[];

/** A WAMP v2 client without a socket. */
export class Client {
  readonly connection = new ChargedConnection();
  readonly #binary: typeof CBOR | undefined;
  readonly #batched: boolean;
  #seen = 0;
  /** The last WELCOME. */
  id = 0;

  constructor(protocol: Wamp2Protocol, guest: Guest) {
    const { subprotocol = 'wamp.2.json' } = guest;
    this.#binary = subprotocol.includes('cbor')
      ? CBOR
      : subprotocol.includes('msgpack')
        ? MSGPACK
        : undefined;
    this.#batched = subprotocol.endsWith('.batched');
    this.connection.listener = protocol.accept(this.connection, guest);
  }

  async join(realm: string, details: Readonly<Record<string, unknown>> = { roles: ROLES }): Promise<Message> {
    this.send([1, realm, details]);
    const [welcome = []] = await this.news();
    if (welcome[0] !== 2) throw new Error(`not welcome: ${JSON.stringify(welcome)}`);
    this.id = welcome[1] as number;
    return welcome;
  }

  /** Several go as one batch where the peer has batches. */
  send(...messages: readonly Message[]): void {
    if (this.#batched) this.sendRaw(messages.map((message) => `${JSON.stringify(message)}\x1e`).join(''));
    else for (const message of messages) this.#sendOne(message);
  }

  sendRaw(data: string | Buffer, binary = false): void {
    this.connection.listener?.received(Buffer.from(data as string), binary);
  }

  #sendOne(message: Message): void {
    if (this.#binary === undefined) this.sendRaw(JSON.stringify(message));
    else this.sendRaw(this.#binary.write(message), true);
  }

  drop(): void {
    this.connection.drop({ code: 1006, reason: 'gone', reconnect: true });
  }

  /** What came since the last look, after everything under way has settled. */
  async news(): Promise<Message[]> {
    for (let i = 0; i < 6; i++) await later();
    const frames = this.connection.frames.slice(this.#seen);
    this.#seen = this.connection.frames.length;
    return frames.map(({ bytes }) => this.#read(bytes));
  }

  #read(bytes: Buffer): Message {
    if (this.#binary !== undefined) return this.#binary.read(bytes, 64) as Message;
    return JSON.parse(bytes.toString('utf8', 0, bytes.length - (this.#batched ? 1 : 0))) as Message;
  }

  /** Sends a request and gives what came. */
  async ask(message: Message): Promise<Message[]> {
    this.send(message);
    return this.news();
  }

  /** The id of a new subscription. */
  async subscribe(topic: string, options: object = {}): Promise<number> {
    const [answer = []] = await this.ask([32, 1, options, topic]);
    if (answer[0] !== 33) throw new Error(JSON.stringify(answer));
    return answer[2] as number;
  }

  async register(procedure: string, options: object = {}): Promise<number> {
    const [answer = []] = await this.ask([64, 1, options, procedure]);
    if (answer[0] !== 65) throw new Error(JSON.stringify(answer));
    return answer[2] as number;
  }

  /** The last message that came of a call: a RESULT or an ERROR. */
  async call(procedure: string, args: readonly unknown[] = [], kwargs: object = {}): Promise<Message> {
    const news = await this.ask([48, 77, {}, procedure, args, kwargs]);
    return news.find(([type]) => type === 50 || type === 8) ?? [];
  }
}

/** A connection that says how many messages it was charged for. */
class ChargedConnection extends FakeConnection {
  charged = 0;

  charge(messages: number): void {
    this.charged += messages;
  }
}

/** An ERROR of the server for a request of this type. */
export function refusal(type: number, request: number, uri: string): unknown[] {
  return [8, type, request, expect.objectContaining({ code: expect.any(String) }), uri, [expect.any(String)]];
}
