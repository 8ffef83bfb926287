import { RouterPublisher } from '../../../src/app/publisher.js';
import type { Authenticator } from '../../../src/core/authenticator.js';
import { ServerEvents } from '../../../src/core/events.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import type { Guest } from '../../../src/core/protocol.js';
import type { Route } from '../../../src/core/route.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { policyFile, XmlSocketProtocol } from '../../../src/protocols/xmlsocket/index.js';
import type { RouterLimits } from '../../../src/router/index.js';
import { TestServer, testRoute, testUser } from '../../../src/testing.js';
import { ChatAnnouncementsTopic } from '../../../topics/chat-announcements.js';
import { FixedRooms } from '../../../topics/chat-directory.js';
import { ChatPrivateTopic } from '../../../topics/chat-private.js';
import { ChatRoomTopic } from '../../../topics/chat-room.js';
import { ChatRoomsTopic } from '../../../topics/chat-rooms.js';
import { PeerConnection } from '../../support/peer-connection.js';
import { XmlTestPeer } from '../../support/xml-peer.js';
import { RecordingLogger } from '../wamp2/recording-logger.js';

export const ANN = testUser('6', { claims: { name: 'Ann' } });
export const BEN = testUser('7', { claims: { name: 'Ben' } });
export const EVE = testUser('8', { claims: { name: 'Eve' } });

export const ROUTES: readonly Route[] = [
  testRoute('chat.room', 'chat/room/{room}', { requirements: { room: '\\d+' } }),
  testRoute('chat.rooms', 'chat/rooms'),
  testRoute('chat.user', 'chat/user/{user_id}', { access: { subscribe: ['owner'] } }),
  testRoute('chat.announcements', 'chat/announcements', { access: { publish: ['backend'] } }),
];

/** `login`, `u` or nobody; the password of each is `secret` and the name. */
const USERS: Readonly<Record<string, Principal>> = { ann: ANN, ben: BEN, eve: EVE };

export const byPassword: Authenticator = {
  method: 'password',
  authenticate: async ({ credential }) => {
    if (credential === undefined) return ANONYMOUS;
    await later();
    const { identity = '' } = credential as { identity?: string };
    return credential.secret === `secret ${identity}` ? USERS[identity] : undefined;
  },
};

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

export interface WorldOptions {
  readonly handlers?: Readonly<Record<string, TopicHandler>>;
  readonly routes?: readonly Route[];
  readonly limits?: Partial<RouterLimits>;
  readonly authenticator?: Authenticator;
  readonly message?: number;
  readonly loginTimeout?: number;
}

/** The chat with XMLSocket, without sockets: the real router, handlers and protocol. */
export class World {
  readonly logger = new RecordingLogger();
  /** What was counted: names with the values of their labels. */
  readonly counted: string[] = [];
  readonly server: TestServer;
  readonly protocol: XmlSocketProtocol;

  constructor(given: WorldOptions = {}) {
    const { handlers = {}, routes = ROUTES, limits, authenticator = byPassword } = given;
    const meter = {
      count: (name: string, labels: Readonly<Record<string, string>> = {}) =>
        void this.counted.push([name, ...Object.values(labels)].join(' ')),
    };
    const { logger } = this;
    this.server = new TestServer({
      routes,
      handlers: { ...this.#chat(), ...handlers },
      logger,
      meter,
      ...(limits && { limits }),
    });
    const { router, procedures } = this.server;
    this.protocol = new XmlSocketProtocol({
      router,
      procedures,
      authenticator,
      names: { room: 'chat.room', rooms: 'chat/rooms', user: 'chat.user' },
      loginTimeout: given.loginTimeout ?? 30_000,
      message: given.message ?? 4096,
      policy: policyFile({ domains: ['*'], ports: ['8843'] }),
      logger,
      meter,
    });
  }

  /** A peer that has said nothing yet. */
  open(principal?: Principal, transport: 'memory' | 'tcp' = 'memory'): Client {
    return new Client(this.protocol, { principal, headers: {} }, transport);
  }

  /** Somebody in rooms, to whom all that came of it was said. */
  async enter(name: string, ...rooms: readonly string[]): Promise<Client> {
    const client = this.open();
    await client.do(`<login u="${name}" p="secret ${name}"/>`);
    for (const room of rooms) await client.do(`<room id="${room}"/>`);
    client.connection.frames.length = 0;
    return client;
  }

  #chat(): Readonly<Record<string, TopicHandler>> {
    const directory = new FixedRooms();
    const events = new ServerEvents(NULL_LOGGER);
    const publisher = {
      publish: (...said: Parameters<RouterPublisher['publish']>) =>
        new RouterPublisher(this.server.router).publish(...said),
    };
    const control = { disconnect: () => 0, setRights: () => 0 } as never;
    return {
      'chat.room': new ChatRoomTopic(directory, events, control),
      'chat.rooms': new ChatRoomsTopic(directory),
      'chat.user': new ChatPrivateTopic(publisher),
      'chat.announcements': new ChatAnnouncementsTopic(directory, publisher),
    };
  }
}

/** An XMLSocket client without a socket. */
export class Client {
  readonly connection: PeerConnection;
  readonly peer = new XmlTestPeer();

  constructor(protocol: XmlSocketProtocol, guest: Guest, transport: 'memory' | 'tcp') {
    this.connection = new PeerConnection(
      { take: (octets) => this.peer.take(octets), end: (code) => this.peer.ended(code) },
      transport,
    );
    const listener = protocol.accept(this.connection, guest);
    this.connection.listener = listener;
    this.peer.use({
      write: (octets) => listener.received(octets, true),
      end: () => listener.finished?.(),
    });
  }

  get ended(): PeerConnection['ended'] {
    return this.connection.ended;
  }

  /** Sends messages and gives what came, after everything under way has settled. */
  async do(...messages: readonly string[]): Promise<readonly string[]> {
    this.peer.say(...messages);
    return this.news();
  }

  async news(): Promise<readonly string[]> {
    for (let i = 0; i < 8; i++) await later();
    return this.peer.news();
  }
}
