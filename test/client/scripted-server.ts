import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { freePort } from '../support/free-port.js';

/** A message as it goes over the wire. */
export type Message = readonly [type: number, ...rest: unknown[]];

/** What a client asked for, in words that no protocol owns. */
export type Said = readonly [verb: 'subscribe' | 'unsubscribe' | 'publish' | 'call', ...rest: unknown[]];

/** One call that a test answers, or does not. */
export interface TestCall {
  readonly peer: Peer;
  readonly procedure: string;
  readonly args: readonly unknown[];
  result(value: unknown): void;
  refuse(refusal: TestRefusal): void;
}

export interface TestRefusal {
  readonly code: string;
  readonly status?: number;
  readonly message: string;
  readonly hint?: string;
  readonly request?: string;
}

/** One client as the server sees it. */
export abstract class Peer {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly received: Message[] = [];
  readonly said: Said[] = [];
  readonly channels = new Set<string>();
  abstract readonly id: string;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.request = request;
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

  /** Whether it can be told about its session. */
  get ready(): boolean {
    return true;
  }

  /** Sends an event, whether or not the client subscribed. */
  abstract tell(channel: string, payload: unknown): void;

  /** What the peer said of one kind, without the verb. */
  of(verb: Said[0]): unknown[][] {
    return this.said.filter(([said]) => said === verb).map(([, ...rest]) => rest);
  }

  #parameter(name: string): string | null {
    return new URL(this.request.url ?? '', 'http://localhost').searchParams.get(name);
  }
}

/** A server written against the wire, so that the client is not judged by our own router. */
export abstract class ScriptedServer<P extends Peer = Peer> {
  readonly peers: P[] = [];
  /** Channels that are refused. */
  readonly forbidden = new Set<string>();
  welcomes = true;
  answer = (call: TestCall): void => call.result({ procedure: call.procedure, args: call.args });
  port = 0;
  #server: WebSocketServer | undefined;
  readonly #subprotocol: string;

  constructor(subprotocol: string) {
    this.#subprotocol = subprotocol;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  /** The newest client. */
  get peer(): P {
    const peer = this.peers.at(-1);
    if (!peer) throw new Error('nobody has connected');
    return peer;
  }

  get open(): P[] {
    return this.peers.filter(({ socket }) => socket.readyState === socket.OPEN);
  }

  /** Listens; again on the same port after a `stop`. */
  async start(): Promise<this> {
    this.port ||= await freePort();
    const handleProtocols = () => this.#subprotocol;
    this.#server = new WebSocketServer({ host: '127.0.0.1', port: this.port, handleProtocols });
    await once(this.#server, 'listening');
    this.#server.on('connection', (socket, request) => this.#accept(this.accept(socket, request)));
    return this;
  }

  /** Stops listening and drops everybody, as a crash does. */
  async stop(): Promise<void> {
    const server = this.#server as WebSocketServer;
    const closed = once(server, 'close');
    server.close();
    for (const { socket } of this.peers) socket.terminate();
    await closed;
  }

  /** Sends to all subscribers. */
  broadcast(channel: string, payload: unknown): void {
    for (const peer of this.open) if (peer.channels.has(channel)) peer.tell(channel, payload);
  }

  /** A new client; greets it where the server speaks first. */
  protected abstract accept(socket: WebSocket, request: IncomingMessage): P;
  protected abstract receive(peer: P, message: Message): void;

  #accept(peer: P): void {
    this.peers.push(peer);
    peer.socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      peer.received.push(message);
      this.receive(peer, message);
    });
  }
}
