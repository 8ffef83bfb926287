import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export type Message = readonly [type: number, ...rest: unknown[]];

const [CALL, SUBSCRIBE, UNSUBSCRIBE, PUBLISH] = [2, 5, 6, 7];

/** One client as the server sees it. */
export class Peer {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly id: string;
  readonly received: Message[] = [];
  readonly channels = new Set<string>();

  constructor(socket: WebSocket, request: IncomingMessage, id: string) {
    this.socket = socket;
    this.request = request;
    this.id = id;
  }

  get ticket(): string | null {
    return this.#parameter('ticket');
  }

  get token(): string | null {
    return this.#parameter('token');
  }

  send(...message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  #parameter(name: string): string | null {
    return new URL(this.request.url ?? '', 'http://localhost').searchParams.get(name);
  }

  /** What the peer sent of one type, without the type. */
  of(type: number): unknown[][] {
    return this.received.filter((message) => message[0] === type).map(([, ...rest]) => rest);
  }
}

/** A WAMP v1 server written against the wire, so that the client is not judged by our own router. */
export class Wamp1Server {
  readonly peers: Peer[] = [];
  /** Channels that are refused. */
  readonly forbidden = new Set<string>();
  welcomes = true;
  /** Answers a CALL. */
  answer = (peer: Peer, callId: string, procedure: string, args: unknown[]): void => {
    peer.send(3, callId, { procedure, args });
  };
  #server: WebSocketServer;
  readonly port: number;

  private constructor(server: WebSocketServer, port: number) {
    this.port = port;
    this.#server = server;
    this.#accept(server);
  }

  static async start(): Promise<Wamp1Server> {
    const server = await listen(0);
    return new Wamp1Server(server, (server.address() as AddressInfo).port);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  /** The newest client. */
  get peer(): Peer {
    const peer = this.peers.at(-1);
    if (!peer) throw new Error('nobody has connected');
    return peer;
  }

  get open(): Peer[] {
    return this.peers.filter(({ socket }) => socket.readyState === socket.OPEN);
  }

  /** Stops listening and drops everybody, as a crash does. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { socket } of this.peers) socket.terminate();
    await closed;
  }

  /** Listens again on the same port. */
  async restart(): Promise<void> {
    this.#server = await listen(this.port);
    this.#accept(this.#server);
  }

  /** Sends to all subscribers. */
  broadcast(channel: string, payload: unknown): void {
    for (const peer of this.open) if (peer.channels.has(channel)) peer.send(8, channel, payload);
  }

  #accept(server: WebSocketServer): void {
    server.on('connection', (socket, request) => {
      const peer = new Peer(socket, request, `session-${this.peers.length + 1}`);
      this.peers.push(peer);
      socket.on('message', (data) => this.#receive(peer, JSON.parse(String(data)) as Message));
      if (this.welcomes) peer.send(0, peer.id, 1, 'test');
    });
  }

  #receive(peer: Peer, message: Message): void {
    peer.received.push(message);
    const [type, first, second, ...rest] = message as [number, string, unknown, ...unknown[]];
    if (type === SUBSCRIBE && !this.#refuses(peer, first, 'onSubscribe')) peer.channels.add(first);
    if (type === UNSUBSCRIBE) peer.channels.delete(first);
    if (type === PUBLISH && !this.#refuses(peer, first, 'onPublish')) this.broadcast(first, second);
    if (type === CALL) this.answer(peer, first, String(second), rest);
  }

  #refuses(peer: Peer, channel: string, event: string): boolean {
    if (!this.forbidden.has(channel)) return false;
    const details = { code: 403, error: 'forbidden', event, channel, hint: 'ask for access', request: 'r-7' };
    peer.send(4, channel, channel, `not for you: ${channel}`, details);
    return true;
  }
}

async function listen(port: number): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: () => 'wamp' });
  await once(server, 'listening');
  return server;
}
