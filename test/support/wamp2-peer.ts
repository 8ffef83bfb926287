import { WebSocket } from 'ws';
import { WIRES, type Wire } from '../wamp2/vectors/wire.js';
import { until } from './until.js';

const ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };
const [WELCOME, ABORT, GOODBYE, ERROR, EVENT] = [2, 3, 6, 8, 36];
const [PUBLISH, SUBSCRIBE, UNSUBSCRIBE, CALL] = [16, 32, 34, 48];

type Reply = readonly unknown[];

/** A WAMP v2 client of any serializer, written against the wire. */
export class Wamp2TestPeer {
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  readonly #subscriptions = new Map<string, number>();
  readonly #events = new Map<number, unknown[]>();
  #requests = 0;
  #joined = false;
  /** The reason that the router gave for the end, or `lost` where it gave none. */
  ending: string | undefined;

  private constructor(socket: WebSocket, wire: Wire) {
    this.#socket = socket;
    this.#wire = wire;
    socket.on('open', () => this.#send([1, 'realm1', { roles: ROLES }]));
    socket.on('message', (data: Buffer) => this.#message(wire.decode(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ending ??= 'lost';
    });
  }

  /** Resolves with a session; rejects when there is none. */
  static async connect(url: string, serializer: string): Promise<Wamp2TestPeer> {
    const wire = WIRES[serializer];
    if (wire === undefined) throw new Error(`no serializer is named ${serializer}`);
    const peer = new Wamp2TestPeer(new WebSocket(url, wire.subprotocol), wire);
    await until(() => peer.#joined || peer.ending !== undefined);
    if (!peer.#joined) throw new Error(`there is no session: ${peer.ending}`);
    return peer;
  }

  /** Resolves to nothing, or to the code of the refusal. */
  async subscribe(channel: string, options: object = {}): Promise<string | undefined> {
    const reply = await this.#request([SUBSCRIBE, options, channel]);
    if (reply[0] === ERROR) return codeOf(reply);
    this.#subscriptions.set(channel, Number(reply[2]));
    return undefined;
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#request([UNSUBSCRIBE, this.#subscriptions.get(channel)]);
  }

  async publish(channel: string, payload: unknown, more: object = {}): Promise<string | undefined> {
    const options = { acknowledge: true, exclude_me: false, ...more };
    const reply = await this.#request([PUBLISH, options, channel, [payload]]);
    return reply[0] === ERROR ? codeOf(reply) : undefined;
  }

  async call(
    procedure: string,
    args: readonly unknown[] = [],
    options: object = {},
  ): Promise<string | undefined> {
    const reply = await this.#request([CALL, options, procedure, args]);
    return reply[0] === ERROR ? codeOf(reply) : undefined;
  }

  received(channel: string): readonly unknown[] {
    return this.#events.get(this.#subscriptions.get(channel) ?? -1) ?? [];
  }

  vanish(): void {
    this.#socket.terminate();
  }

  #request([type, ...rest]: Reply): Promise<Reply> {
    const id = ++this.#requests;
    return new Promise((resolve) => {
      this.#replies.set(id, resolve);
      this.#send([type, id, ...rest]);
    });
  }

  #send(message: Reply): void {
    this.#socket.send(this.#wire.encode(message));
  }

  #message(message: Reply): void {
    const [type, first] = message;
    if (type === WELCOME) this.#joined = true;
    else if (type === ABORT || type === GOODBYE) this.#ended(String(message[2]), type === GOODBYE);
    else if (type === EVENT) this.#event(Number(first), message[4] as unknown[]);
    else this.#replies.get(Number(type === ERROR ? message[2] : first))?.(message);
  }

  #event(subscription: number, args: readonly unknown[]): void {
    const events = this.#events.get(subscription) ?? [];
    this.#events.set(subscription, [...events, args[0]]);
  }

  #ended(reason: string, wantsAnswer: boolean): void {
    this.ending ??= reason;
    if (wantsAnswer) this.#send([GOODBYE, {}, 'wamp.close.goodbye_and_out']);
  }
}

function codeOf(error: Reply): string {
  const { code } = error[3] as { code?: string };
  return code ?? String(error[4]);
}
