import { type RawHandshake, RawWebSocket } from '../support/raw-websocket.js';
import { until } from '../support/until.js';
import { closing } from './outcomes.js';

type Message = readonly unknown[];

const WELCOME = 2;
const ABORT = 3;
const CHALLENGE = 4;
const ERROR = 8;
const EVENT = 36;
const RESULT = 50;

/** The types of requests, and of what answers them. */
const ANSWERS: Readonly<Record<number, number>> = { 16: 17, 32: 33, 34: 35, 48: RESULT, 64: 65, 66: 67 };

const ROLES = {
  publisher: {},
  subscriber: {},
  caller: {},
  callee: { features: { call_canceling: true, progressive_call_invocations: true } },
};

/** A WAMP v2 client on a bare socket that says whatever it is told to. */
export class Wamp2Peer {
  readonly socket: RawWebSocket;
  #request = 0;

  private constructor(socket: RawWebSocket) {
    this.socket = socket;
  }

  static async connect(
    address: string,
    handshake: RawHandshake = {},
    subprotocol = 'wamp.2.json',
  ): Promise<Wamp2Peer> {
    const headers = {
      Origin: 'https://app.example.com',
      'Sec-WebSocket-Protocol': subprotocol,
      ...handshake.headers,
    };
    return new Wamp2Peer(await RawWebSocket.open(address, { headers }));
  }

  get messages(): readonly Message[] {
    const texts = this.socket.texts.flatMap((text) => text.split('\u001e')).filter((text) => text !== '');
    return texts.map((text) => JSON.parse(text) as Message);
  }

  get id(): number {
    return this.messages.findLast(([type]) => type === WELCOME)?.[1] as number;
  }

  /** Sends a message as it is, or text that is none. */
  send(message: Message | string): void {
    this.socket.sendText(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Says HELLO; `welcome`, `asked`, or why not. */
  async hello(details: Readonly<Record<string, unknown>> = {}, realm = 'realm1'): Promise<string> {
    const from = this.messages.length;
    this.send([1, realm, { roles: ROLES, ...details }]);
    return this.#entrance(from, [WELCOME, CHALLENGE, ABORT]);
  }

  /** Answers a question; `welcome`, or why not. */
  async authenticate(signature: unknown, extra: unknown = {}): Promise<string> {
    const from = this.messages.length;
    this.send([5, signature, extra]);
    return this.#entrance(from, [WELCOME, ABORT]);
  }

  /** The details of the last question. */
  get challenge(): Readonly<Record<string, string>> {
    return this.messages.findLast(([type]) => type === CHALLENGE)?.[2] as Readonly<Record<string, string>>;
  }

  /** Ends the session and keeps the connection. */
  async goodbye(): Promise<void> {
    const from = this.messages.length;
    this.send([6, {}, 'wamp.close.normal']);
    await until(() => this.messages.slice(from).some(([type]) => type === 6));
  }

  /** The answer to a request, of which the id is left out. */
  async ask([type, ...rest]: readonly [number, ...unknown[]]): Promise<Message> {
    const id = ++this.#request;
    const from = this.messages.length;
    this.send([type, id, ...rest]);
    const isAnswer = (message: Message) =>
      message[0] === ABORT ||
      (message[0] === ERROR ? message[1] === type && message[2] === id : answers(message, type, id));
    const find = () => this.messages.slice(from).find(isAnswer);
    await until(() => find() !== undefined || this.socket.ended);
    return find() ?? [ABORT, {}, closing(this.socket) ?? 'dropped'];
  }

  /** What becomes of a request: `done`, or why not. */
  async try(message: readonly [number, ...unknown[]]): Promise<string> {
    return outcome(await this.ask(message));
  }

  subscribe(topic: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.try([32, options, topic]);
  }

  register(procedure: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.try([64, options, procedure]);
  }

  publish(topic: string, text: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.try([16, { acknowledge: true, ...options }, topic, [text]]);
  }

  call(procedure: string, args: readonly unknown[] = [], kwargs = {}): Promise<Message> {
    return this.ask([48, {}, procedure, args, kwargs]);
  }

  /** What becomes of a call. */
  async tryCall(procedure: string, args: readonly unknown[] = [], kwargs = {}): Promise<string> {
    return outcome(await this.call(procedure, args, kwargs));
  }

  /** Resolves when everything that was sent before has been handled, and what it is to hear has come. */
  async settle(): Promise<void> {
    await this.ask([48, {}, 'signalbox.identity']);
  }

  /** Whether an event with this text has come, on whatever subscription. */
  async heard(text: string): Promise<boolean> {
    await this.settle();
    return this.of(EVENT).some((event) => JSON.stringify(event).includes(text));
  }

  of(type: number): readonly Message[] {
    return this.messages.filter(([each]) => each === type);
  }

  /** What the server says last: an ABORT, or the end. */
  async end(): Promise<string> {
    await until(() => this.socket.ended || this.socket.closeFrame !== undefined);
    const [abort] = this.of(ABORT);
    return abort === undefined ? (closing(this.socket) ?? 'dropped') : outcome(abort);
  }

  async #entrance(from: number, types: readonly number[]): Promise<string> {
    const find = () => this.messages.slice(from).find(([type]) => types.includes(type as number));
    await until(() => find() !== undefined || this.socket.ended);
    const found = find();
    if (found === undefined) return closing(this.socket) ?? 'dropped';
    return found[0] === WELCOME ? 'welcome' : found[0] === CHALLENGE ? 'asked' : outcome(found);
  }
}

function answers(message: Message, type: number, id: number): boolean {
  if (message[0] !== ANSWERS[type] || message[1] !== id) return false;
  return type !== 48 || (message[2] as { progress?: boolean }).progress !== true;
}

/** An answer in the words of the table. */
function outcome([type, ...rest]: Message): string {
  if (type === ABORT) return `aborted: ${rest[1]}`;
  if (type !== ERROR) return 'done';
  const [, , details, uri] = rest as [number, number, { code?: string }, string];
  return `refused: ${details.code ?? uri}`;
}
