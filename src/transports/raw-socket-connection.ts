import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Connection, ConnectionListener } from '../core/connection.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import type { Beating } from './heartbeat.js';
import { Intake, type IntakeLimits } from './intake.js';
import { FRAME_TYPE, rawSocketFrame } from './raw-socket-envelope.js';
import { RawSocketReader, type RawSocketSink } from './raw-socket-reader.js';
import type { Batch, Outlet, TickWriter } from './tick-writer.js';

/** What all connections of a transport share. */
export interface RawSocketContext extends IntakeLimits {
  readonly writer: TickWriter;
  /** Octets of the longest message that peers are told they may send. */
  readonly message: number;
  /** Octets that may wait in one connection before it counts as a slow consumer. */
  readonly buffer: number;
  /** Milliseconds for the first message. */
  readonly silence: number;
  /** Told of octets that are against the protocol. */
  malformed(): void;
  /** Told of a message that cannot be sent because the peer takes none of that length. */
  tooLong(connection: RawSocketConnection, size: number): void;
  ended(connection: RawSocketConnection, why: Disconnect): void;
}

/** What a peer said about itself in its handshake. */
export interface RawSocketPeer {
  readonly remoteAddress: string;
  readonly binary: boolean;
  /** Octets of the longest message that it takes. */
  readonly takes: number;
}

/** Not empty: AutobahnJS answers an empty one only when something follows it. */
const PING = rawSocketFrame(FRAME_TYPE.ping, Buffer.from('ping'));

/** Milliseconds for a peer to end its side. */
const CLOSE_TIMEOUT = 2000;

/** The peer takes no message of that length; coming back would not change that. */
const TOO_LONG: Disconnect = {
  ...DISCONNECT.tooLarge,
  reason: 'message over the length that the peer takes',
};
const NOT_UTF8: Disconnect = {
  ...DISCONNECT.malformed,
  reason: 'malformed message: text that is not UTF-8',
};

let opened = 0;

/** A peer of WAMP over RawSocket, on TCP or TLS. [WAMP2 §RawSocket Transport] */
export class RawSocketConnection implements Connection, Outlet, Beating, RawSocketSink {
  readonly transport = 'tcp';
  readonly #number = ++opened;
  readonly remoteAddress: string;
  batch: Batch | undefined = undefined;
  slot = 0;
  readonly #socket: Socket;
  readonly #peer: RawSocketPeer;
  readonly #context: RawSocketContext;
  readonly #intake: Intake;
  readonly #openedAt = performance.now();
  #listener: ConnectionListener | undefined;
  #awaitsAnswer = false;
  #hasSpoken = false;
  #why: Disconnect | undefined;

  constructor(socket: Socket, peer: RawSocketPeer, context: RawSocketContext) {
    this.#socket = socket;
    this.#peer = peer;
    this.#context = context;
    this.#intake = new Intake(socket, context);
    this.remoteAddress = peer.remoteAddress;
  }

  get id(): string {
    return `raw-${this.#number}`;
  }

  /** The protocol that hears this connection from now on. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    const reader = new RawSocketReader(this, this.#context.message);
    this.#socket
      .on('data', (chunk: Buffer) => reader.read(chunk))
      .on('end', () => this.#peerEnded())
      .on('error', () => undefined)
      .on('close', () => this.#closed());
  }

  send(frame: Frame): void {
    if (this.#why !== undefined) return;
    const { length } = frame.bytes;
    if (length <= this.#peer.takes) this.#context.writer.write(this, frame);
    else {
      this.#context.tooLong(this, length);
      this.close(TOO_LONG);
    }
  }

  /** Back-pressure is looked at here, once per tick, so that the fan-out need not. */
  write(octets: Buffer): void {
    if (this.#socket.writableLength > this.#context.buffer) this.drop(DISCONNECT.slowConsumer);
    else this.#socket.write(octets);
  }

  pause(): void {
    this.#intake.pause();
  }

  resume(): void {
    this.#intake.resume();
  }

  countMore(messages: number): void {
    this.#intake.take(messages);
  }

  /** RawSocket has no word for it but the end of the stream. */
  close(why: Disconnect): void {
    if (this.#why !== undefined) return;
    this.#context.writer.flush(this);
    this.#why ??= why;
    this.#socket.end();
    const deadline = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT);
    this.#socket.once('close', () => clearTimeout(deadline));
  }

  drop(why: Disconnect): void {
    this.#why ??= why;
    this.batch = undefined;
    reset(this.#socket);
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

  /** For the reader: a whole frame. Pings count as messages, so that a flood of them is read slowly, too. */
  frame(type: number, payload: Buffer): void {
    if (this.#why !== undefined) return;
    this.#awaitsAnswer = false;
    if (type === FRAME_TYPE.pong) return;
    this.#intake.take();
    if (type === FRAME_TYPE.ping) this.write(rawSocketFrame(FRAME_TYPE.pong, payload));
    else if (this.#peer.binary || isUtf8(payload)) this.#received(payload);
    else this.fault(NOT_UTF8);
  }

  /** For the reader: octets that are against the protocol. */
  fault(why: Disconnect): void {
    if (why.code === DISCONNECT.malformed.code) this.#context.malformed();
    this.close(why);
  }

  #received(message: Buffer): void {
    this.#hasSpoken = true;
    this.#listener?.received(message, this.#peer.binary);
  }

  /** The end of its stream is all that a peer can say before it goes. */
  #peerEnded(): void {
    this.#why ??= DISCONNECT.closed;
    this.batch = undefined;
    this.#socket.destroySoon();
  }

  #closed(): void {
    const why = (this.#why ??= DISCONNECT.lost);
    this.batch = undefined;
    this.#context.ended(this, why);
    this.#listener?.disconnected(why);
  }
}

/**
 * A peer that keeps its side open would not notice an ordinary end. TLS has nothing harder than that, and a socket whose
 * end is under way cannot be reset: Node would never close it.
 */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
