import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Connection, ConnectionListener } from '../core/connection.js';
import { cutText } from '../core/cut-text.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import type { Waiting } from './backlog.js';
import { Handover } from './handover.js';
import type { Beating } from './heartbeat.js';
import { Intake } from './intake.js';
import { MessageReader, type MessageSink } from './message-reader.js';
import { SentCount } from './sent-count.js';
import type { Batch, Outlet } from './tick-writer.js';
import type { ConnectionContext } from './websocket-context.js';
import { PING } from './websocket-envelope.js';

/** A WebSocket of `ws` that knows its connection, so that all share the same event listeners. */
export class PeerSocket extends WebSocket {
  connection: WebSocketConnection | undefined;
}

/** Octets of a reason in a close frame. [RFC 6455 §5.5] */
const MOST_REASON = 123;

type Context = ConnectionContext<WebSocketConnection>;

let opened = 0;

/**
 * A browser or other WebSocket peer. Plain messages bypass `ws` both ways: whole frames are written to the socket that
 * the transport kept from the upgrade, and read from it, while `ws` answers pings, closes and judges whatever is not
 * plain. A compressed connection goes through `ws`, because only it knows the compression state.
 */
export class WebSocketConnection implements Connection, Outlet, Beating, MessageSink, Waiting {
  readonly transport = 'websocket';
  readonly #number = ++opened;
  readonly remoteAddress: string;
  batch: Batch | undefined = undefined;
  slot = 0;
  readonly #ws: PeerSocket;
  readonly #socket: Duplex;
  readonly #context: Context;
  readonly #openedAt = performance.now();
  /** What `ws` has been given to compress, and has sent; undefined where nothing is compressed. */
  readonly #sent: SentCount | undefined;
  readonly #intake: Intake;
  /** How `ws` takes octets from the socket, where a `MessageReader` has taken its place. */
  #toWs: ((octets: Buffer) => void) | undefined;
  /** Messages that `ws` has made; counted so that the reader sees whether it did. */
  #madeByWs = 0;
  #handover: Handover | undefined;
  #given = 0;
  #listener: ConnectionListener | undefined;
  #awaitsAnswer = false;
  #hasSpoken = false;
  #why: Disconnect | undefined;

  constructor(ws: PeerSocket, socket: Duplex, remoteAddress: string, context: Context) {
    this.#ws = ws;
    this.#socket = socket;
    this.remoteAddress = remoteAddress;
    this.#context = context;
    this.#sent = ws.extensions === '' ? undefined : new SentCount();
    this.#intake = new Intake(ws, context);
    ws.connection = this;
  }

  get id(): string {
    return `ws-${this.#number}`;
  }

  /** The protocol that hears this connection from now on. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    this.#ws.on('message', onMessage).on('pong', onPong).on('error', onError).on('close', onClose);
    this.#readDirectly();
  }

  send(frame: Frame): void {
    if (this.#why !== undefined) return;
    if (this.#sent !== undefined) this.#sendCompressed(frame, this.#sent);
    else this.#context.writer.write(this, frame);
  }

  /** Back-pressure is looked at here, once per tick, so that the fan-out need not. */
  write(octets: Buffer): void {
    if (this.#socket.writableLength > this.#context.buffer) {
      this.drop(DISCONNECT.slowConsumer);
      return;
    }
    this.#given += octets.length;
    this.#socket.write(octets, this.#handover?.take());
    if (this.#socket.writableLength > 0) this.#context.backlog.watch(this);
  }

  get isCongested(): boolean {
    return this.waiting > this.#context.buffer / 4;
  }

  get waiting(): number {
    return this.#sent === undefined
      ? this.#socket.writableLength + (this.batch?.length ?? 0)
      : this.#ws.bufferedAmount;
  }

  get why(): Disconnect | undefined {
    return this.#why;
  }

  /** Octets; frames where they are compressed. */
  get given(): number {
    return this.#sent?.given ?? this.#given;
  }

  get gone(): number {
    return this.#sent?.gone ?? this.#given - this.#socket.writableLength;
  }

  whenSent(done: () => void): void {
    if (this.#why !== undefined) return;
    if (this.#sent !== undefined) this.#sent.wait(done);
    else if (this.batch === undefined) this.#handed().follow(done);
    else this.#handed().add(done);
  }

  pause(): void {
    this.#intake.pause();
  }

  resume(): void {
    this.#intake.resume();
  }

  charge(messages: number): void {
    this.#intake.take(messages);
  }

  close(why: Disconnect): void {
    if (this.#why !== undefined) return;
    this.#context.writer.flush(this);
    this.#why ??= why;
    this.#ws.close(why.code, cutText(why.reason, MOST_REASON));
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
    // While the server does not read it, its answer may be waiting.
    if (this.#intake.paused) return;
    if (this.#awaitsAnswer) this.drop(DISCONNECT.noPong);
    else if (!this.#hasSpoken && performance.now() - this.#openedAt > this.#context.silence)
      this.end(DISCONNECT.silent);
  }

  /** Says why the server ended it, before what `ws` reports. */
  closed(code: number): void {
    const why = this.#why ?? (code === 1006 ? DISCONNECT.lost : { ...DISCONNECT.closed, code });
    this.#why = why;
    this.batch = undefined;
    this.#context.backlog.forget(this);
    this.#context.ended(this, why);
    this.#listener?.disconnected(why);
  }

  /** For the reader: a message that it took itself. */
  message(data: Buffer, binary: boolean): void {
    this.#received(data, binary);
  }

  /** For the reader: octets that are for `ws`. */
  others(octets: Buffer): number {
    const before = this.#madeByWs;
    this.#toWs?.call(this.#socket, octets);
    return this.#madeByWs - before;
  }

  receivedByWs(data: Buffer, binary: boolean): void {
    this.#madeByWs++;
    this.#received(data, binary);
  }

  #received(data: Buffer, binary: boolean): void {
    if (this.#why !== undefined) return;
    this.#awaitsAnswer = false;
    this.#hasSpoken = true;
    this.#intake.take();
    this.#listener?.received(data, binary);
  }

  answered(): void {
    this.#awaitsAnswer = false;
  }

  /** Puts a reader before `ws`, which has to be the only one that listens to the socket's data. */
  #readDirectly(): void {
    const [toWs, ...others] = this.#socket.listeners('data');
    if (this.#sent !== undefined || toWs === undefined || others.length > 0) return;
    this.#toWs = toWs as (octets: Buffer) => void;
    const reader = new MessageReader(this, this.#context.message);
    this.#socket.on('data', (chunk: Buffer) => reader.read(chunk));
    this.#socket.off('data', this.#toWs);
  }

  #handed(): Handover {
    return (this.#handover ??= new Handover(this.#socket));
  }

  #sendCompressed(frame: Frame, sent: SentCount): void {
    if (this.#ws.bufferedAmount > this.#context.buffer) {
      this.drop(DISCONNECT.slowConsumer);
      return;
    }
    if (this.#ws.bufferedAmount > 0) this.#context.backlog.watch(this);
    sent.give();
    this.#context.writer.count(frame.bytes.length);
    this.#ws.send(frame.bytes, { binary: frame.binary }, sent.oneWent);
  }
}

function onMessage(this: WebSocket, data: unknown, binary: boolean): void {
  (this as PeerSocket).connection?.receivedByWs(data as Buffer, binary);
}

function onPong(this: WebSocket): void {
  (this as PeerSocket).connection?.answered();
}

/** `ws` closes with the fitting code by itself; without a listener the process would end. */
function onError(): void {}

function onClose(this: WebSocket, code: number): void {
  (this as PeerSocket).connection?.closed(code);
}
