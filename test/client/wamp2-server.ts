import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { type Message, Peer, ScriptedServer, type TestCall, type TestRefusal } from './scripted-server.js';

export const TYPE = {
  hello: 1,
  welcome: 2,
  abort: 3,
  goodbye: 6,
  error: 8,
  publish: 16,
  published: 17,
  subscribe: 32,
  subscribed: 33,
  unsubscribe: 34,
  unsubscribed: 35,
  event: 36,
  call: 48,
  cancel: 49,
  result: 50,
} as const;

/** An id that no subscription has. */
const NOBODYS = 999;

type Fields = Readonly<Record<string, unknown>>;

/** A call as only WAMP v2 has it. */
export interface Wamp2Call extends TestCall {
  readonly id: number;
  readonly options: Fields;
  readonly kwargs: Fields | undefined;
}

export class Wamp2Peer extends Peer {
  readonly session: number;
  /** The ids of subscriptions by channel or pattern. */
  readonly subscriptions = new Map<string, number>();

  constructor(socket: WebSocket, request: IncomingMessage, session: number) {
    super(socket, request);
    this.session = session;
  }

  get id(): string {
    return String(this.session);
  }

  override get ready(): boolean {
    return this.subscriptions.has('signalbox.session');
  }

  tell(channel: string, payload: unknown, details: Fields = {}): void {
    this.send(TYPE.event, this.subscriptions.get(channel) ?? NOBODYS, 1, details, [payload]);
  }

  /** What was received of one type, without the type and the number of the request. */
  wire(type: keyof typeof TYPE): unknown[][] {
    return this.received.filter((message) => message[0] === TYPE[type]).map(([, , ...rest]) => rest);
  }
}

/** Speaks WAMP v2 in JSON. The id of a channel is the same for every subscription. */
export class Wamp2Server extends ScriptedServer<Wamp2Peer> {
  /** False to leave SUBSCRIBE unanswered until `catchUp`. */
  prompt = true;
  /** More for WELCOME. */
  welcome: Fields = {};
  /** The fourth part of SUBSCRIBED for what was asked; without it the server knows nothing of positions. */
  begins: ((recover: unknown, channel: string) => Fields | undefined) | undefined;
  /** False to leave PUBLISH without an answer. */
  acknowledges = true;
  readonly #late: (() => void)[] = [];
  readonly #ids = new Map<string, number>();

  constructor() {
    super('wamp.2.json');
  }

  /** Answers what was left unanswered. */
  catchUp(): void {
    this.prompt = true;
    for (const answer of this.#late.splice(0)) answer();
  }

  protected accept(socket: WebSocket, request: IncomingMessage): Wamp2Peer {
    return new Wamp2Peer(socket, request, 2 ** 53 - this.peers.length);
  }

  protected receive(peer: Wamp2Peer, message: Message): void {
    const [type, id] = message as readonly [number, number];
    if (type === TYPE.hello && this.welcomes)
      peer.send(TYPE.welcome, peer.session, { roles: {}, ...this.welcome });
    if (type === TYPE.subscribe) this.#inTurn(() => this.#subscribe(peer, message));
    if (type === TYPE.unsubscribe) this.#inTurn(() => this.#unsubscribe(peer, id, message[2] as number));
    if (type === TYPE.publish) this.#publish(peer, message);
    if (type === TYPE.call) this.#call(peer, message);
    if (type === TYPE.goodbye) peer.socket.close(1000);
  }

  #inTurn(act: () => void): void {
    if (this.prompt) act();
    else this.#late.push(act);
  }

  #subscribe(peer: Wamp2Peer, [, id, options, channel]: readonly unknown[]): void {
    const name = String(channel);
    if (name !== 'signalbox.session') peer.said.push(['subscribe', name]);
    if (this.#refuses(peer, TYPE.subscribe, id, name)) return;
    if (!this.#ids.has(name)) this.#ids.set(name, this.#ids.size + 1);
    const subscription = this.#ids.get(name) as number;
    peer.channels.add(name);
    if (name === 'signalbox.session') peer.channels.delete(name);
    peer.subscriptions.set(name, subscription);
    const start = this.begins?.((options as Fields)['_recover'], name);
    peer.send(TYPE.subscribed, id, subscription, ...(start ? [start] : []));
  }

  #unsubscribe(peer: Wamp2Peer, id: number, subscription: number): void {
    const [name] = [...peer.subscriptions].find(([, known]) => known === subscription) ?? [];
    if (name === undefined) {
      peer.send(TYPE.error, TYPE.unsubscribe, id, {}, 'wamp.error.no_such_subscription');
      return;
    }
    peer.said.push(['unsubscribe', name]);
    peer.channels.delete(name);
    peer.subscriptions.delete(name);
    peer.send(TYPE.unsubscribed, id);
  }

  #publish(peer: Wamp2Peer, [, id, options, channel, args]: readonly unknown[]): void {
    const [name, payload] = [String(channel), (args as unknown[] | undefined)?.[0]];
    peer.said.push(['publish', name, payload]);
    if (this.#refuses(peer, TYPE.publish, id, name)) return;
    this.broadcast(name, payload);
    if ((options as Fields)['acknowledge'] && this.acknowledges) peer.send(TYPE.published, id, 1);
  }

  #call(peer: Wamp2Peer, [, id, options, procedure, args = [], kwargs]: readonly unknown[]): void {
    const [name, list] = [String(procedure), args as unknown[]];
    peer.said.push(['call', name, ...list]);
    const result = (value: unknown) => peer.send(TYPE.result, id, {}, [value]);
    const refuse = (refusal: TestRefusal) => peer.send(TYPE.error, TYPE.call, id, refusal, 'wamp.error.x');
    const call: Wamp2Call = {
      peer,
      procedure: name,
      args: list,
      result,
      refuse,
      id: id as number,
      options: options as Fields,
      kwargs: kwargs as Fields | undefined,
    };
    this.answer(call);
  }

  #refuses(peer: Wamp2Peer, type: number, id: unknown, channel: string): boolean {
    if (!this.forbidden.has(channel)) return false;
    const message = `not for you: ${channel}`;
    const details = { code: 'forbidden', status: 403, message, hint: 'ask for access', request: 'r-7' };
    peer.send(TYPE.error, type, id, details, 'wamp.error.not_authorized');
    return true;
  }
}
