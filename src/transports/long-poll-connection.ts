import type { ConnectionListener } from '../core/connection.js';
import { DISCONNECT, type Disconnect, overLimit } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { Intake, type IntakeLimits } from './intake.js';
import type { OpenConnection } from './open-connections.js';
import { SentCount } from './sent-count.js';

/** What all connections of a transport share; sizes in octets, times in milliseconds. */
export interface LongPollContext extends IntakeLimits {
  /** What may wait in one connection before it counts as a slow consumer. */
  readonly buffer: number;
  /** How long a peer's request for messages is held. */
  readonly longPoll: number;
  /** How long a peer may go without such a request. */
  readonly absence: number;
  /** How long a peer has to fetch what was sent before the end. */
  readonly farewell: number;
  /** How long it may go without a message of its own. */
  readonly silence: number;
  /** Counts what a request for messages was given. */
  given(octets: number): void;
  ended(connection: LongPollConnection, why: Disconnect): void;
}

export interface LongPollPeer {
  readonly remoteAddress: string;
  /** Whether all messages that wait are given at once. */
  readonly batched: boolean;
  readonly binary: boolean;
}

/** What a request for messages gives: none when it was held for as long as may be, or another one took its place. */
export type Delivery = readonly Frame[] | Disconnect;

/** A request of the peer that waits for messages. */
type Poll = (delivery: Delivery) => void;

/** Requests with a message that may wait while the connection is not read. */
const MOST_SENDS = 16;

const ABSENT: Disconnect = { ...DISCONNECT.noPong, reason: 'no request for messages for too long' };

let opened = 0;

/** A peer that sends by requests and receives by their answers. [WAMP2 §HTTP Longpoll Transport] */
export class LongPollConnection implements OpenConnection {
  readonly transport = 'http';
  readonly id = `poll-${++opened}`;
  readonly remoteAddress: string;
  readonly binary: boolean;
  readonly #batched: boolean;
  readonly #context: LongPollContext;
  readonly #intake: Intake;
  readonly #openedAt = performance.now();
  #listener: ConnectionListener | undefined;
  /** What waits for the peer's next request, and its octets. */
  #waiting: Frame[] = [];
  #size = 0;
  readonly #sent = new SentCount();
  /** Frames in the answer to the last request; the next one says that it has arrived. */
  #answered = 0;
  #poll: Poll | undefined;
  /** What that request will be given. */
  #promised: Promise<Delivery> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Messages of the peer that wait until the connection is read. */
  readonly #sends: (() => void)[] = [];
  #hasSpoken = false;
  #why: Disconnect | undefined;
  #over = false;

  constructor(peer: LongPollPeer, context: LongPollContext) {
    this.remoteAddress = peer.remoteAddress;
    this.binary = peer.binary;
    this.#batched = peer.batched;
    this.#context = context;
    this.#intake = new Intake({ pause: () => undefined, resume: () => this.#read() }, context);
    this.#arm(context.absence);
  }

  /** Why it ends or has ended; undefined while it is open. */
  get why(): Disconnect | undefined {
    return this.#why;
  }

  /** The protocol that hears this connection from now on. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  send(frame: Frame): void {
    if (this.#why !== undefined) return;
    if (this.#size > this.#context.buffer) {
      this.drop(DISCONNECT.slowConsumer);
      return;
    }
    this.#waiting.push(frame);
    this.#sent.give();
    this.#size += frame.bytes.length;
    if (this.#poll !== undefined) this.#settle(this.#take());
  }

  get isCongested(): boolean {
    return this.#size > this.#context.buffer / 4;
  }

  get waiting(): number {
    return this.#size;
  }

  whenSent(done: () => void): void {
    if (this.#why === undefined) this.#sent.wait(done);
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

  /** What was sent before is still given out; the request after that is told that this was all. */
  close(why: Disconnect): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#read();
    if (this.#poll !== undefined) this.#sayGoodbye(why);
    else this.#arm(this.#context.farewell);
  }

  drop(why: Disconnect): void {
    this.#why ??= why;
    this.#waiting = [];
    this.#read();
    this.#sayGoodbye(this.#why);
  }

  /** Ends the connection in the words of its protocol. */
  end(why: Disconnect): void {
    if (this.#listener === undefined) this.drop(why);
    else this.#listener.end(why);
  }

  /** The peer asks for messages. A second request takes the place of the first, whose peer may have gone. */
  receive(): Promise<Delivery> {
    this.#settle([]);
    this.#sent.went(this.#answered);
    this.#answered = 0;
    const promised = new Promise<Delivery>((resolve) => {
      this.#poll = resolve;
    });
    this.#promised = promised;
    if (this.#waiting.length > 0) this.#settle(this.#take());
    else if (this.#why !== undefined) this.#sayGoodbye(this.#why);
    else this.#arm(this.#context.longPoll);
    return promised;
  }

  /** The peer has gone without the answer to its request; messages that were in it are lost, and so is the connection. */
  lost(delivery: Promise<Delivery>): void {
    if (this.#promised === delivery) this.#settle([]);
    void delivery.then((given) => {
      if (Array.isArray(given) && given.length > 0) this.drop(DISCONNECT.lost);
    });
  }

  /** A message of the peer; resolves when it has been heard. Throws `limit_exceeded` when too many wait. */
  async message(data: Buffer): Promise<void> {
    if (this.#intake.paused) await this.#turn();
    if (this.#why !== undefined) return;
    this.#hasSpoken = true;
    this.#intake.take();
    this.#listener?.received(data, this.binary);
  }

  /** The peer says that it goes. For AutobahnJS a request for messages that fails then is a lost connection. */
  closedByPeer(): void {
    this.#settle([]);
    this.drop(DISCONNECT.closed);
  }

  #turn(): Promise<void> {
    if (this.#sends.length >= MOST_SENDS) {
      throw overLimit('limits.messages', `${MOST_SENDS} messages wait already: limits.messages is reached`);
    }
    return new Promise((resolve) => this.#sends.push(resolve));
  }

  /** Lets those in that have waited, in their order. */
  #read(): void {
    for (const go of this.#sends.splice(0)) go();
  }

  #take(): readonly Frame[] {
    const taken = this.#waiting.splice(0, this.#batched ? this.#waiting.length : 1);
    const before = this.#size;
    for (const { bytes } of taken) this.#size -= bytes.length;
    this.#context.given(before - this.#size);
    this.#answered += taken.length;
    return taken;
  }

  #settle(delivery: Delivery): void {
    const poll = this.#poll;
    if (poll === undefined) return;
    this.#poll = undefined;
    this.#arm(this.#why === undefined ? this.#context.absence : this.#context.farewell);
    poll(delivery);
  }

  #sayGoodbye(why: Disconnect): void {
    this.#settle(why);
    this.#finish();
  }

  /** Told later, as the end of a socket is: whoever sends to many must not lose one of them meanwhile. */
  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    queueMicrotask(() => {
      const why = this.#why ?? DISCONNECT.lost;
      this.#context.ended(this, why);
      this.#listener?.disconnected(why);
    });
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#over) this.#timer = setTimeout(() => this.#elapsed(), milliseconds);
  }

  #elapsed(): void {
    const silent = !this.#hasSpoken && performance.now() - this.#openedAt > this.#context.silence;
    if (this.#why !== undefined) this.#finish();
    else if (this.#poll === undefined) this.drop(ABSENT);
    else if (silent) this.end(DISCONNECT.silent);
    else this.#settle([]);
  }
}
