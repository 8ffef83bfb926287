import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

export interface RawSocketFrame {
  readonly type: number;
  readonly payload: Buffer;
}

/** A frame as a peer writes it. [WAMP2 §RawSocket Transport] */
export function rawFrame(type: number, payload: string | Buffer): Buffer {
  const octets = Buffer.from(payload);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(octets.length);
  head[0] = type;
  return Buffer.concat([head, octets]);
}

/** A RawSocket client on a bare socket: it sees, and can send, every octet. */
export class RawSocketPeer {
  readonly socket: Socket;
  readonly frames: RawSocketFrame[] = [];
  /** The four octets of the answer to its handshake. */
  reply: Buffer | undefined;
  /** Whether the server has ended its side. */
  finished = false;
  closed = false;
  error: NodeJS.ErrnoException | undefined;
  /** Told of each frame; those of before it is set are in `frames`. */
  onFrame: (frame: RawSocketFrame) => void = () => undefined;
  /** Resolves when its handshake is answered, or the connection closed. */
  readonly answered: Promise<void>;
  #waiting: Buffer = Buffer.alloc(0);
  #answer: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    socket.on('data', (octets: Buffer) => this.#receive(octets));
    socket.on('error', (error) => (this.error = error));
    socket.on('end', () => (this.finished = true));
    socket.on('close', () => {
      this.closed = true;
      this.#answer();
    });
  }

  static async connect(
    port: number,
    { secure = false, allowHalfOpen = false, host = '127.0.0.1' } = {},
  ): Promise<RawSocketPeer> {
    const to = { port, host, allowHalfOpen };
    const socket = secure ? connectSecurely({ ...to, rejectUnauthorized: false }) : connect(to);
    const peer = new RawSocketPeer(socket);
    await once(socket, secure ? 'secureConnect' : 'connect');
    return peer;
  }

  /** Resolves when its handshake is answered, or the connection closed; by default it takes 16 MiB, in JSON. */
  static async open(
    port: number,
    { second = 0xf1, secure = false, allowHalfOpen = false, host = '127.0.0.1' } = {},
  ): Promise<RawSocketPeer> {
    const peer = await RawSocketPeer.connect(port, { secure, allowHalfOpen, host });
    peer.socket.write(Buffer.from([0x7f, second, 0, 0]));
    await peer.answered;
    return peer;
  }

  /** The messages so far. */
  get texts(): readonly string[] {
    return this.frames.filter(({ type }) => type === 0).map(({ payload }) => payload.toString());
  }

  send(payload: string | Buffer, type = 0): void {
    this.socket.write(rawFrame(type, payload));
  }

  #receive(octets: Buffer): void {
    this.#waiting = Buffer.concat([this.#waiting, octets]);
    if (this.reply === undefined) {
      if (this.#waiting.length < 4) return;
      this.reply = this.#waiting.subarray(0, 4);
      this.#waiting = this.#waiting.subarray(4);
      this.#answer();
    }
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      this.frames.push(frame);
      this.onFrame(frame);
    }
  }

  #next(): RawSocketFrame | undefined {
    if (this.#waiting.length < 4) return undefined;
    const first = this.#waiting[0] ?? 0;
    const length = (first & 8) !== 0 ? 2 ** 24 : this.#waiting.readUIntBE(1, 3);
    if (this.#waiting.length < 4 + length) return undefined;
    const payload = this.#waiting.subarray(4, 4 + length);
    this.#waiting = this.#waiting.subarray(4 + length);
    return { type: first & 7, payload };
  }
}
