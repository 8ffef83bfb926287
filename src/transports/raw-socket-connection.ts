import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { FRAME_TYPE, rawSocketFrame } from './raw-socket-envelope.js';
import { RawSocketReader, type RawSocketSink } from './raw-socket-reader.js';
import { SocketConnection, type SocketContext } from './socket-connection.js';

/** What all connections of a transport share. */
export interface RawSocketContext extends SocketContext {
  /** Octets of the longest message that peers are told they may send. */
  readonly message: number;
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
export class RawSocketConnection extends SocketConnection implements RawSocketSink {
  readonly #number = ++opened;
  readonly #peer: RawSocketPeer;
  readonly #context: RawSocketContext;
  readonly #reader: RawSocketReader;
  #awaitsAnswer = false;

  constructor(socket: Socket, peer: RawSocketPeer, context: RawSocketContext) {
    super(socket, peer.remoteAddress, context);
    this.#peer = peer;
    this.#context = context;
    this.#reader = new RawSocketReader(this, context.message);
  }

  get id(): string {
    return `raw-${this.#number}`;
  }

  override send(frame: Frame): void {
    const { length } = frame.bytes;
    if (length <= this.#peer.takes) super.send(frame);
    else if (this.why === undefined) {
      this.#context.tooLong(this, length);
      this.close(TOO_LONG);
    }
  }

  ping(): void {
    if (this.why !== undefined) return;
    this.#awaitsAnswer = true;
    this.socket.write(PING);
  }

  override expectAnswer(): void {
    if (this.#awaitsAnswer && !this.intake.paused) this.drop(DISCONNECT.noPong);
    else super.expectAnswer();
  }

  /** For the reader: a whole frame. Pings count as messages, so that a flood of them is read slowly, too. */
  frame(type: number, payload: Buffer): void {
    if (this.why !== undefined) return;
    this.#awaitsAnswer = false;
    if (type === FRAME_TYPE.pong) return;
    this.intake.take();
    if (type === FRAME_TYPE.ping) this.write(rawSocketFrame(FRAME_TYPE.pong, payload));
    else if (this.#peer.binary || isUtf8(payload)) this.#received(payload);
    else this.fault(NOT_UTF8);
  }

  /** For the reader: octets that are against the protocol. */
  fault(why: Disconnect): void {
    if (why.code === DISCONNECT.malformed.code) this.#context.malformed();
    this.close(why);
  }

  protected read(chunk: Buffer): void {
    this.#reader.read(chunk);
  }

  protected ended(why: Disconnect): void {
    this.#context.ended(this, why);
  }

  #received(message: Buffer): void {
    this.hasSpoken = true;
    this.listener?.received(message, this.#peer.binary);
  }
}
