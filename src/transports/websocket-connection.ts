import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Connection, ConnectionListener } from '../core/connection.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import type { Beating } from './heartbeat.js';
import { type Rate, TokenBucket } from './rate-limit.js';
import type { Batch, Outlet, TickWriter } from './tick-writer.js';

/** What all connections of a transport share. */
export interface ConnectionContext {
  readonly writer: TickWriter;
  /** Octets that may wait in one connection before it counts as a slow consumer. */
  readonly buffer: number;
  readonly messages: Rate | undefined;
  readonly silence: number;
  throttled(): void;
  ended(connection: WebSocketConnection, why: Disconnect): void;
}

/** A WebSocket of `ws` that knows its connection, so that all share the same event listeners. */
export class PeerSocket extends WebSocket {
  connection: WebSocketConnection | undefined;
}

/** An empty ping, unmasked. [RFC 6455 §5.5.2] */
const PING = Buffer.from([0x89, 0]);

let opened = 0;

/**
 * A browser or other WebSocket peer. Outgoing messages bypass `ws`: whole frames are written to the socket that the
 * transport kept from the upgrade, while `ws` reads, answers pings and closes. A compressed connection goes through
 * `ws`, because only it knows the compression state.
 */
export class WebSocketConnection implements Connection, Outlet, Beating {
  readonly transport = 'websocket';
  readonly #number = ++opened;
  readonly remoteAddress: string;
  batch: Batch | undefined = undefined;
  slot = 0;
  readonly #ws: PeerSocket;
  readonly #socket: Duplex;
  readonly #context: ConnectionContext;
  readonly #openedAt = performance.now();
  readonly #compressed: boolean;
  #listener: ConnectionListener | undefined;
  #bucket: TokenBucket | undefined;
  #pauses = 0;
  #awaitsAnswer = false;
  #hasSpoken = false;
  #why: Disconnect | undefined;

  constructor(ws: PeerSocket, socket: Duplex, remoteAddress: string, context: ConnectionContext) {
    this.#ws = ws;
    this.#socket = socket;
    this.remoteAddress = remoteAddress;
    this.#context = context;
    this.#compressed = ws.extensions !== '';
    ws.connection = this;
  }

  get id(): string {
    return `ws-${this.#number}`;
  }

  /** The protocol that hears this connection from now on. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    this.#ws.on('message', onMessage).on('pong', onPong).on('error', onError).on('close', onClose);
  }

  send(frame: Frame): void {
    if (this.#why !== undefined) return;
    if (this.#compressed) this.#sendCompressed(frame);
    else this.#context.writer.write(this, frame);
  }

  /** Back-pressure is looked at here, once per tick, so that the fan-out need not. */
  write(octets: Buffer): void {
    if (this.#socket.writableLength > this.#context.buffer) this.drop(DISCONNECT.slowConsumer);
    else this.#socket.write(octets);
  }

  pause(): void {
    if (this.#pauses++ === 0) this.#ws.pause();
  }

  resume(): void {
    if (--this.#pauses === 0) this.#ws.resume();
  }

  close(why: Disconnect): void {
    if (this.#why !== undefined) return;
    this.#context.writer.flush(this);
    this.#why ??= why;
    this.#ws.close(why.code, Buffer.from(why.reason).subarray(0, 123));
  }

  drop(why: Disconnect): void {
    this.#why ??= why;
    this.batch = undefined;
    this.#ws.terminate();
  }

  /** Ends the connection in the words of its protocol. */
  end(why: Disconnect): void {
    if (this.#listener === undefined) this.drop(why);
    else this.#listener.end(why);
  }

  ping(): void {
    if (this.#why !== undefined) return;
    this.#awaitsAnswer = true;
    this.#socket.write(PING);
  }

  expectAnswer(): void {
    if (this.#awaitsAnswer) this.drop(DISCONNECT.noPong);
    else if (!this.#hasSpoken && performance.now() - this.#openedAt > this.#context.silence)
      this.end(DISCONNECT.silent);
  }

  /** Says why the server ended it, before what `ws` reports. */
  closed(code: number): void {
    const why = this.#why ?? (code === 1006 ? DISCONNECT.lost : { ...DISCONNECT.closed, code });
    this.#why = why;
    this.batch = undefined;
    this.#context.ended(this, why);
    this.#listener?.disconnected(why);
  }

  received(data: Buffer, binary: boolean): void {
    if (this.#why !== undefined) return;
    this.#awaitsAnswer = false;
    this.#hasSpoken = true;
    if (this.#context.messages !== undefined) this.#throttle(this.#context.messages);
    this.#listener?.received(data, binary);
  }

  answered(): void {
    this.#awaitsAnswer = false;
  }

  #throttle(limit: Rate): void {
    const now = performance.now();
    this.#bucket ??= new TokenBucket(limit, now);
    const wait = this.#bucket.take(now);
    if (wait === 0 || this.#pauses > 0) return;
    this.#context.throttled();
    this.pause();
    setTimeout(() => this.resume(), wait);
  }

  #sendCompressed(frame: Frame): void {
    if (this.#ws.bufferedAmount > this.#context.buffer) this.drop(DISCONNECT.slowConsumer);
    else this.#ws.send(frame.bytes, { binary: frame.binary });
  }
}

function onMessage(this: WebSocket, data: unknown, binary: boolean): void {
  (this as PeerSocket).connection?.received(data as Buffer, binary);
}

function onPong(this: WebSocket): void {
  (this as PeerSocket).connection?.answered();
}

/** `ws` closes with the fitting code by itself; without a listener the process would end. */
function onError(): void {}

function onClose(this: WebSocket, code: number): void {
  (this as PeerSocket).connection?.closed(code);
}
