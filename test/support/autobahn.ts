import { frameOf, OPCODE, type RawHandshake, RawWebSocket } from './raw-websocket.js';
import { until } from './until.js';

const [WELCOME, PREFIX, CALL, CALLRESULT, CALLERROR, SUBSCRIBE, UNSUBSCRIBE, PUBLISH, EVENT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
];

type Callback = (channel: string, event: unknown) => void;

/** Why a session ended, in the words of AutobahnJS 0.8: it never comes back after `closed`. */
export const HANGUP = { closed: 0, lost: 1, unreachable: 3, unsupported: 4 } as const;

/**
 * A WAMP v1 client with the habits of AutobahnJS 0.8.2, written against the wire: an error for an unknown call and an
 * event that was not asked for pass unnoticed, text that is not JSON is an exception, and a connection that ends with
 * a closing frame of any code is one that was meant to end.
 */
export class Autobahn {
  readonly socket: RawWebSocket;
  /** Everything that was received, in order. */
  readonly messages: unknown[][] = [];
  /** What its code threw inside `onmessage`. */
  readonly thrown: unknown[] = [];
  sessionId: string | undefined;
  hangup: number | undefined;
  readonly #callbacks = new Map<string, Callback[]>();
  readonly #calls = new Map<string, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #counter = 0;

  private constructor(socket: RawWebSocket) {
    this.socket = socket;
    socket.onframe = ({ opcode, payload }) => this.#frame(opcode, payload);
    socket.onend = () => this.#end();
    for (const { opcode, payload } of socket.frames) this.#frame(opcode, payload);
    if (socket.ended) this.#end();
  }

  /** As a browser connects, with the page's origin. Resolves when there is a session, or none will be. */
  static async connect(address: string, handshake: RawHandshake = {}): Promise<Autobahn> {
    const { host } = new URL(address);
    const headers = {
      Origin: `http://${host}`,
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
      ...handshake.headers,
    };
    const client = new Autobahn(await RawWebSocket.open(address, { ...handshake, headers }));
    if (client.socket.status === 101 && client.socket.subprotocol !== 'wamp') {
      client.hangup = HANGUP.unsupported;
      client.socket.close(1000);
    }
    await until(() => client.sessionId !== undefined || client.hangup !== undefined);
    return client;
  }

  /** Received messages of one type. */
  of(type: number): unknown[][] {
    return this.messages.filter((message) => message[0] === type);
  }

  get errors(): unknown[][] {
    return this.of(CALLERROR as number);
  }

  /** The payloads of one channel's events, asked for or not. */
  events(channel: string): unknown[] {
    return this.of(EVENT as number).flatMap(([, uri, event]) => (uri === channel ? [event] : []));
  }

  prefix(prefix: string, uri: string): void {
    this.#send([PREFIX, prefix, uri]);
  }

  subscribe(channel: string, callback: Callback = () => undefined): void {
    const callbacks = this.#callbacks.get(channel);
    if (callbacks !== undefined) callbacks.push(callback);
    else {
      this.#callbacks.set(channel, [callback]);
      this.#send([SUBSCRIBE, channel]);
    }
  }

  unsubscribe(channel: string): void {
    this.#callbacks.delete(channel);
    this.#send([UNSUBSCRIBE, channel]);
  }

  /** With nothing more, a boolean, a list, or two lists. */
  publish(
    channel: string,
    event: unknown,
    ...receivers: [] | [boolean | string[]] | [string[], string[]]
  ): void {
    this.#send([PUBLISH, channel, event, ...receivers]);
  }

  call(procedure: string, ...args: unknown[]): Promise<unknown> {
    if (this.hangup !== undefined) return Promise.reject(new Error('the connection has ended'));
    const id = `call-${++this.#counter}`;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#send([CALL, id, procedure, ...args]);
    });
  }

  /** Resolves when the server has handled everything that was sent before: messages are handled in order. */
  async settle(): Promise<void> {
    await this.call('settle').catch(() => undefined);
  }

  /** As the page does before it is left. */
  async close(): Promise<void> {
    this.socket.close();
    await until(() => this.hangup !== undefined);
  }

  #send(message: readonly unknown[]): void {
    this.socket.sendText(JSON.stringify(message));
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.close) this.socket.socket.end();
    if (opcode === OPCODE.ping) this.socket.socket.write(frameOf(OPCODE.pong, payload));
    if (opcode !== OPCODE.text) return;
    try {
      this.#message(JSON.parse(payload.toString()));
    } catch (error) {
      this.thrown.push(error);
    }
  }

  #message(message: unknown[]): void {
    this.messages.push(message);
    const [type, first, second] = message as [number, string, unknown];
    if (type === WELCOME) {
      if (this.sessionId !== undefined) throw new Error('a second welcome');
      this.sessionId = first;
    }
    if (type === CALLRESULT) this.#calls.get(first)?.resolve(second);
    if (type === CALLERROR) this.#calls.get(first)?.reject(message.slice(2));
    if (type === EVENT) for (const callback of this.#callbacks.get(first) ?? []) callback(first, second);
  }

  #end(): void {
    for (const { reject } of this.#calls.values()) reject(new Error('the connection has ended'));
    this.hangup ??= this.socket.closeFrame
      ? HANGUP.closed
      : this.sessionId === undefined
        ? HANGUP.unreachable
        : HANGUP.lost;
  }
}
