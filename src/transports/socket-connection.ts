import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectionListener } from '../core/connection.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import type { Backlog, Waiting } from './backlog.js';
import { Handover } from './handover.js';
import type { Beating } from './heartbeat.js';
import { Intake, type IntakeLimits } from './intake.js';
import type { OpenConnection } from './open-connections.js';
import type { Batch, Outlet, TickWriter } from './tick-writer.js';

/** What all connections of a transport share. */
export interface SocketContext extends IntakeLimits {
  readonly writer: TickWriter;
  /** Octets that may wait in one connection before it counts as a slow consumer. */
  readonly buffer: number;
  readonly backlog: Backlog;
  /** Milliseconds for the first message. */
  readonly silence: number;
}

/** Milliseconds for a peer to end its side. */
const CLOSE_TIMEOUT = 2000;

/** A peer on a socket of its own, over TCP or TLS: what does not depend on how its messages are told apart. */
export abstract class SocketConnection implements OpenConnection, Outlet, Beating, Waiting {
  readonly transport = 'tcp';
  abstract readonly id: string;
  readonly remoteAddress: string;
  batch: Batch | undefined = undefined;
  slot = 0;
  /** Octets. */
  given = 0;
  protected readonly socket: Socket;
  protected readonly intake: Intake;
  protected listener: ConnectionListener | undefined;
  protected hasSpoken = false;
  readonly #context: SocketContext;
  readonly #openedAt = performance.now();
  #handover: Handover | undefined;
  #why: Disconnect | undefined;

  constructor(socket: Socket, remoteAddress: string, context: SocketContext) {
    this.socket = socket;
    this.remoteAddress = remoteAddress;
    this.#context = context;
    this.intake = new Intake(socket, context);
  }

  /** Why it ends or has ended; undefined while it is open. */
  get why(): Disconnect | undefined {
    return this.#why;
  }

  /** The protocol that hears this connection from now on. */
  listen(listener: ConnectionListener): void {
    this.listener = listener;
    this.socket
      .on('data', (chunk: Buffer) => this.read(chunk))
      .on('end', () => this.peerEnded())
      .on('error', () => undefined)
      .on('close', () => this.#closed());
  }

  send(frame: Frame): void {
    if (this.#why === undefined) this.#context.writer.write(this, frame);
  }

  whenSent(done: () => void): void {
    if (this.#why !== undefined) return;
    const handover = (this.#handover ??= new Handover(this.socket));
    if (this.batch === undefined) handover.follow(done);
    else handover.add(done);
  }

  /** Back-pressure is looked at here, once per tick, so that the fan-out need not. */
  write(octets: Buffer): void {
    if (this.socket.writableLength > this.#context.buffer) {
      this.drop(DISCONNECT.slowConsumer);
      return;
    }
    this.given += octets.length;
    this.socket.write(octets, this.#handover?.take());
    if (this.socket.writableLength > 0) this.#context.backlog.watch(this);
  }

  get isCongested(): boolean {
    return this.waiting > this.#context.buffer / 4;
  }

  get waiting(): number {
    return this.socket.writableLength + (this.batch?.length ?? 0);
  }

  get gone(): number {
    return this.given - this.socket.writableLength;
  }

  pause(): void {
    this.intake.pause();
  }

  resume(): void {
    this.intake.resume();
  }

  charge(messages: number): void {
    this.intake.take(messages);
  }

  /** The end of the stream, and what was sent before it. */
  close(why: Disconnect): void {
    if (this.#why !== undefined) return;
    this.#context.writer.flush(this);
    this.#why ??= why;
    this.socket.end();
    // Octets that nobody has read when a socket is closed make a reset of its end, and what was sent last is lost.
    this.socket.resume();
    const deadline = setTimeout(() => this.socket.destroy(), CLOSE_TIMEOUT);
    this.socket.once('close', () => clearTimeout(deadline));
  }

  drop(why: Disconnect): void {
    this.#why ??= why;
    this.batch = undefined;
    reset(this.socket);
  }

  /** Ends the connection in the words of its protocol. */
  end(why: Disconnect): void {
    if (this.listener === undefined) this.drop(why);
    else this.listener.end(why);
  }

  abstract ping(): void;

  expectAnswer(): void {
    // While the server does not read it, what it says may be waiting.
    if (this.intake.paused || this.hasSpoken || this.#why !== undefined) return;
    if (performance.now() - this.#openedAt > this.#context.silence) this.end(DISCONNECT.silent);
  }

  /** Octets of the peer, however the network has cut them. */
  protected abstract read(chunk: Buffer): void;

  /** The end of its stream is all that a peer can say before it goes. */
  protected peerEnded(): void {
    this.#why ??= DISCONNECT.closed;
    this.batch = undefined;
    this.socket.destroySoon();
  }

  /** The socket has closed; called once. */
  protected abstract ended(why: Disconnect): void;

  #closed(): void {
    const why = (this.#why ??= DISCONNECT.lost);
    this.batch = undefined;
    this.#context.backlog.forget(this);
    this.ended(why);
    this.listener?.disconnected(why);
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
