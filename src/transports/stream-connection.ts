import type { Socket } from 'node:net';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import { SocketConnection, type SocketContext } from './socket-connection.js';

/** What all connections of a transport share. */
export interface StreamContext extends SocketContext {
  ended(connection: StreamConnection, why: Disconnect): void;
}

/** Milliseconds that the protocol is given to answer a peer that has ended its side. */
const FINISHING = 10_000;
/** The same for protocols that do not say when they have. */
const MOMENT = 500;

/**
 * A peer of a protocol that is a stream of octets, on TCP or TLS. What has arrived is passed on as the network has cut
 * it, and the protocol counts its messages by `charge`.
 */
export class StreamConnection extends SocketConnection {
  readonly id: string;
  readonly #context: StreamContext;

  constructor(
    socket: Socket,
    peer: { readonly id: string; readonly remoteAddress: string },
    context: StreamContext,
  ) {
    super(socket, peer.remoteAddress, context);
    this.id = peer.id;
    this.#context = context;
  }

  /** The stream has no octets to ask with; whether the peer's machine is there, TCP finds out. */
  ping(): void {}

  protected read(chunk: Buffer): void {
    if (this.why !== undefined) return;
    this.hasSpoken = true;
    this.listener?.received(chunk, false);
  }

  /** Scripts send all that they have to say, end their side, and read the answers. */
  protected override peerEnded(): void {
    if (this.why !== undefined) return;
    const answers = this.listener?.finished !== undefined;
    const deadline = setTimeout(() => this.close(DISCONNECT.closed), answers ? FINISHING : MOMENT);
    this.socket.once('close', () => clearTimeout(deadline));
    this.listener?.finished?.();
  }

  protected ended(why: Disconnect): void {
    this.#context.ended(this, why);
  }
}
