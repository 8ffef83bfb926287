import { WebSocket } from 'ws';
import { type Position, readPosition, writePosition } from '../src/core/position.js';
import type { Link, LinkListener } from './link.js';

const [HELLO, WELCOME, ABORT, GOODBYE, ERROR] = [1, 2, 3, 6, 8];
const [SUBSCRIBE, SUBSCRIBED, EVENT] = [32, 33, 36];

type Message = readonly [type: number, ...rest: unknown[]];
type Details = Readonly<Record<string, unknown>>;

/** WAMP v2 in JSON, with the option `_recover`; written against the wire. */
export class WampLink implements Link {
  readonly #socket: WebSocket;
  readonly #listener: LinkListener;
  /** Channels by the number of the request, and by that of the subscription. */
  readonly #asked = new Map<number, string>();
  readonly #channels = new Map<number, string>();
  #requests = 0;
  #why: string | undefined;
  #isOver = false;

  constructor(url: string, listener: LinkListener) {
    this.#listener = listener;
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'wamp.2.json', {
      perMessageDeflate: false,
    });
    this.#socket.on('open', () => this.#send([HELLO, 'realm1', { roles: { subscriber: {} } }]));
    this.#socket.on('message', (data: Buffer) => this.#message(JSON.parse(data.toString()) as Message));
    this.#socket.on('error', ({ message }) => {
      this.#why ??= message;
    });
    this.#socket.on('close', (code) => this.#end(`closed with ${code}`));
  }

  subscribe(channel: string, since: Position | undefined): void {
    this.#asked.set(++this.#requests, channel);
    const _recover = since === undefined ? true : writePosition(since);
    this.#send([SUBSCRIBE, this.#requests, { _recover }, channel]);
  }

  freeze(): void {
    this.#socket.pause();
  }

  thaw(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#isOver = true;
    this.#socket.terminate();
  }

  #send(message: Message): void {
    this.#socket.send(JSON.stringify(message));
  }

  #message(message: Message): void {
    if (this.#isOver) return;
    const [type, ...rest] = message;
    if (type === EVENT) this.#event(rest);
    else if (type === SUBSCRIBED) this.#subscribed(rest);
    else if (type === WELCOME) this.#listener.opened();
    else if (type === GOODBYE || type === ABORT) this.#why ??= String(rest[1]);
    else if (type === ERROR) this.#refused(rest);
    else this.#refused(rest);
  }

  #subscribed([request, subscription, more]: readonly unknown[]): void {
    const channel = this.#asked.get(Number(request)) ?? '';
    const { _position, _recovered } = (more ?? {}) as { _position?: unknown; _recovered?: boolean };
    this.#channels.set(Number(subscription), channel);
    this.#listener.began(channel, { position: positionOf(_position), recovered: _recovered });
  }

  #event([subscription, , details, args]: readonly unknown[]): void {
    const channel = this.#channels.get(Number(subscription)) ?? '';
    const position = positionOf((details as Details)['_position']);
    this.#listener.received(channel, position, (args as readonly unknown[])[0]);
  }

  #refused(answer: readonly unknown[]): void {
    this.#why ??= `refused: ${answer[3]}`;
    this.#socket.terminate();
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.ended(this.#why ?? why);
  }
}

function positionOf(value: unknown): Position {
  const position = typeof value === 'string' ? readPosition(value) : undefined;
  if (position === undefined) throw new Error(`the server tells no position, but ${value}`);
  return position;
}
