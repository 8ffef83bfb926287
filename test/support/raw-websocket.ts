import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { until } from './until.js';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface RawFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

export interface RawHandshake {
  /** Without it: GET of path and query, as browsers send it. */
  readonly requestLine?: string;
  /** Added to the usual headers, or in place of them; `undefined` leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Whom to trust behind a `wss:` address, in PEM. */
  readonly ca?: string;
  /** Follows the request in the same write. */
  readonly after?: Buffer;
}

/** A WebSocket client on a bare socket: it sees, and can send, every octet. */
export class RawWebSocket {
  readonly socket: Socket;
  readonly frames: RawFrame[] = [];
  /** Status line and headers of the answer to the handshake. */
  head: string | undefined;
  /** What the first read gave: the PHP clients look no further for the first message. */
  firstRead: Buffer | undefined;
  /** The body of a refused handshake. */
  body = '';
  ended = false;
  onframe: (frame: RawFrame) => void = () => undefined;
  onend: () => void = () => undefined;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (octets) => this.#receive(octets));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      this.onend();
    });
  }

  /** Resolves when the handshake is answered, whatever the answer is. */
  static async open(address: string, handshake: RawHandshake = {}): Promise<RawWebSocket> {
    const client = await RawWebSocket.begin(address, handshake);
    await until(() => client.head !== undefined || client.ended);
    return client;
  }

  /** Resolves when the request is written. */
  static async begin(address: string, handshake: RawHandshake = {}): Promise<RawWebSocket> {
    const url = new URL(address);
    const to = { port: Number(url.port), host: url.hostname };
    const secure = url.protocol === 'wss:';
    const socket = secure ? connectSecurely({ ...to, ca: handshake.ca }) : connect(to);
    const client = new RawWebSocket(socket);
    await once(socket, secure ? 'secureConnect' : 'connect');
    socket.write(Buffer.concat([Buffer.from(request(url, handshake)), handshake.after ?? Buffer.alloc(0)]));
    return client;
  }

  get status(): number {
    return Number(this.head?.split(' ')[1] ?? 0);
  }

  get subprotocol(): string | undefined {
    return /^sec-websocket-protocol: *(.*)$/im.exec(this.head ?? '')?.[1]?.trim();
  }

  /** The text messages so far. */
  get texts(): readonly string[] {
    return this.frames
      .filter(({ opcode }) => opcode === OPCODE.text)
      .map(({ payload }) => payload.toString());
  }

  /** The closing frame of the server; without one the end of the connection is a loss. */
  get closeFrame(): { readonly code: number; readonly reason: string } | undefined {
    const frame = this.frames.find(({ opcode }) => opcode === OPCODE.close);
    if (frame === undefined) return undefined;
    const { payload } = frame;
    return { code: payload.length < 2 ? 1005 : payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
  }

  sendText(text: string): void {
    this.socket.write(frameOf(OPCODE.text, Buffer.from(text)));
  }

  close(code?: number, reason = ''): void {
    const payload = Buffer.alloc(code === undefined ? 0 : 2);
    if (code !== undefined) payload.writeUInt16BE(code);
    this.socket.write(frameOf(OPCODE.close, Buffer.concat([payload, Buffer.from(reason)])));
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  #receive(octets: Buffer): void {
    this.firstRead ??= octets;
    this.#waiting = Buffer.concat([this.#waiting, octets]);
    if (this.head === undefined && !this.#readHead()) return;
    if (this.status !== 101) {
      this.body += this.#waiting.toString();
      this.#waiting = Buffer.alloc(0);
      return;
    }
    for (let frame = this.#nextFrame(); frame !== undefined; frame = this.#nextFrame()) {
      this.frames.push(frame);
      this.onframe(frame);
    }
  }

  #readHead(): boolean {
    const end = this.#waiting.indexOf('\r\n\r\n');
    if (end < 0) return false;
    this.head = this.#waiting.toString('latin1', 0, end);
    this.#waiting = this.#waiting.subarray(end + 4);
    return true;
  }

  #nextFrame(): RawFrame | undefined {
    const bytes = this.#waiting;
    if (bytes.length < 2) return undefined;
    const short = bytes.readUInt8(1) & 127;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < start) return undefined;
    const length =
      short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (bytes.length < start + length) return undefined;
    this.#waiting = bytes.subarray(start + length);
    const first = bytes.readUInt8(0);
    return { opcode: first & 15, fin: first > 127, payload: bytes.subarray(start, start + length) };
  }
}

/** A client's frame, masked. [RFC 6455 §5.2] */
export function frameOf(opcode: number, payload: Buffer, { fin = true, rsv = 0 } = {}): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((octet, i) => octet ^ (mask[i & 3] ?? 0)));
  return Buffer.concat([head, mask, masked]);
}

function request(url: URL, { requestLine, headers = {} }: RawHandshake): string {
  const all: Record<string, string | undefined> = {
    Host: url.host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'wamp',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`,
  );
  return `${[requestLine ?? `GET ${url.pathname}${url.search} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
}
