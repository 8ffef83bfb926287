import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectionListener } from '../core/connection.js';
import { DISCONNECT, type Disconnect, type RouterError } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import type { HttpReply } from '../core/http.js';
import type { Backlog, Waiting } from './backlog.js';
import { Handover } from './handover.js';
import type { Beating } from './heartbeat.js';
import type { OpenConnection } from './open-connections.js';
import { refusalReply } from './refusal-reply.js';
import type { StreamReply } from './stream-reply.js';
import type { Batch, Outlet, TickWriter } from './tick-writer.js';
import { turnedAway } from './turned-away.js';

/** What all streams of a transport share. */
export interface SseConnectionContext {
  readonly writer: TickWriter;
  /** Octets that may wait in one stream before it counts as a slow consumer. */
  readonly buffer: number;
  readonly backlog: Backlog;
  /** Milliseconds of silence after which the system asks whether the peer's machine is there. */
  readonly keepAlive: number;
  ended(connection: SseConnection, why: Disconnect): void;
}

/** Octets that browsers pass over. [HTML §9.2.6] */
const HEARTBEAT = Buffer.from(':\n\n');

/** Nothing that stands between may keep the events, or make other octets of them. */
const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** Milliseconds for a peer to end its side. */
const CLOSE_TIMEOUT = 2000;

let opened = 0;

/**
 * A response without end. It begins with the first frame, and is a refusal where its protocol says no before that. The body ends
 * with the connection, so that all streams read the same octets: chunks would be another copy for each.
 */
export class SseConnection implements OpenConnection, Outlet, Beating, Waiting {
  readonly transport = 'sse';
  readonly id = `sse-${++opened}`;
  readonly remoteAddress: string;
  batch: Batch | undefined = undefined;
  slot = 0;
  readonly #context: SseConnectionContext;
  #answer: ((reply: HttpReply) => void) | undefined;
  /** What was sent before the response has a socket. */
  #early: Frame[] | undefined;
  /** Those who wait for that to have gone. */
  #waiting: (() => void)[] | undefined;
  #socket: Socket | undefined;
  #handover: Handover | undefined;
  #listener: ConnectionListener | undefined;
  /** Octets that had gone at the last heart-beat, where some had not. */
  #stuckAt: number | undefined;
  #why: Disconnect | undefined;
  #isOver = false;

  /** `answer` is called once, with the stream or the refusal. */
  constructor(remoteAddress: string, context: SseConnectionContext, answer: (reply: HttpReply) => void) {
    this.remoteAddress = remoteAddress;
    this.#context = context;
    this.#answer = answer;
  }

  /** The protocol that hears this connection from now on. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  send(frame: Frame): void {
    if (this.#why !== undefined) return;
    if (this.#socket !== undefined) this.#context.writer.write(this, frame);
    else if (this.#early !== undefined) this.#early.push(frame);
    else {
      this.#early = [frame];
      const reply: StreamReply = { status: 200, headers: HEAD, stream: (response) => this.#begin(response) };
      this.#reply(reply);
    }
  }

  refuse(refusal: RouterError, details?: Readonly<Record<string, unknown>>): void {
    if (this.#answer === undefined) return;
    this.#reply(refusalReply(refusal, details));
    this.#finish({ ...DISCONNECT.refused, reason: refusal.message });
  }

  /** Back-pressure is looked at here, once per tick, so that the fan-out need not. */
  write(octets: Buffer): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (socket.writableLength > this.#context.buffer) {
      this.drop(DISCONNECT.slowConsumer);
      return;
    }
    socket.write(octets, this.#handover?.take());
    if (socket.writableLength > 0) this.#context.backlog.watch(this);
  }

  get isCongested(): boolean {
    return this.waiting > this.#context.buffer / 4;
  }

  get waiting(): number {
    return (this.#socket?.writableLength ?? 0) + (this.batch?.length ?? 0);
  }

  get why(): Disconnect | undefined {
    return this.#why;
  }

  /** Octets. */
  get given(): number {
    return this.#socket?.bytesWritten ?? 0;
  }

  get gone(): number {
    return this.#socket === undefined ? 0 : gone(this.#socket);
  }

  whenSent(done: () => void): void {
    if (this.#why !== undefined) return;
    if (this.#socket === undefined) {
      this.#waiting = [...(this.#waiting ?? []), done];
      return;
    }
    this.#handover ??= new Handover(this.#socket);
    if (this.batch === undefined) this.#handover.follow(done);
    else this.#handover.add(done);
  }

  /** Its peer has said all that it can. */
  pause(): void {}
  resume(): void {}

  close(why: Disconnect): void {
    if (this.#why !== undefined) return;
    const socket = this.#socket;
    if (socket === undefined) {
      this.#turnAway(why);
      return;
    }
    this.#context.writer.flush(this);
    this.#why ??= why;
    socket.end();
    const deadline = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT);
    socket.once('close', () => clearTimeout(deadline));
  }

  drop(why: Disconnect): void {
    this.batch = undefined;
    if (this.#socket === undefined) {
      this.#turnAway(why);
      return;
    }
    this.#why ??= why;
    reset(this.#socket);
  }

  /** Ends the stream in the words of its protocol. */
  end(why: Disconnect): void {
    if (this.#listener === undefined) this.drop(why);
    else this.#listener.end(why);
  }

  /** The peer has gone before it was answered. */
  lost(): void {
    if (this.#socket === undefined) this.#finish(DISCONNECT.lost);
  }

  ping(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#why !== undefined) return;
    socket.write(HEARTBEAT);
    this.#stuckAt = socket.writableLength === 0 ? undefined : gone(socket);
  }

  /** A peer that takes nothing at all is not there. */
  expectAnswer(): void {
    if (this.#socket === undefined || this.#stuckAt === undefined) return;
    if (this.#stuckAt === gone(this.#socket)) this.drop(DISCONNECT.noPong);
  }

  #begin(response: ServerResponse): void {
    const { socket } = response;
    if (socket === null || socket.destroyed || this.#why !== undefined) {
      response.destroy();
      this.#finish(DISCONNECT.lost);
      return;
    }
    this.#socket = socket;
    socket.setKeepAlive(true, this.#context.keepAlive);
    socket.once('close', () => this.#finish(DISCONNECT.lost));
    socket.cork();
    response.flushHeaders();
    for (const frame of this.#early ?? []) this.#context.writer.write(this, frame);
    this.#context.writer.flush(this);
    socket.uncork();
    for (const done of this.#waiting ?? []) this.whenSent(done);
    this.#early = this.#waiting = undefined;
  }

  #turnAway(why: Disconnect): void {
    this.#reply(refusalReply(turnedAway(why)));
    this.#finish(why);
  }

  #reply(reply: HttpReply): void {
    this.#answer?.(reply);
    this.#answer = undefined;
  }

  /** Told later, as the end of a socket is: whoever sends to many must not lose one of them meanwhile. */
  #finish(why: Disconnect): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.batch = undefined;
    this.#early = undefined;
    this.#context.backlog.forget(this);
    const reason = (this.#why ??= why);
    queueMicrotask(() => {
      this.#context.ended(this, reason);
      this.#listener?.disconnected(reason);
    });
  }
}

/** Octets that the system has taken. */
function gone({ bytesWritten, writableLength }: Socket): number {
  return bytesWritten - writableLength;
}

/** A peer that keeps its side open would not notice an ordinary end. TLS has nothing harder than that. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
