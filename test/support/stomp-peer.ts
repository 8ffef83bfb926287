import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { WebSocket } from 'ws';
import { StompReplies, type StompReply, stompFrame } from './stomp-frames.js';
import { until } from './until.js';

/** What carries octets to a server and back. */
interface Pipe {
  write(octets: Buffer, asText: boolean): void;
  /** Ends the connection without a word. */
  drop(): void;
}

export interface StompPeerOptions {
  /** Sub-protocols to offer over WebSocket; none by default. */
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether frames go out as binary messages over WebSocket. */
  readonly binary?: boolean;
  /** TLS without a look at the certificate, over TCP. */
  readonly secure?: boolean;
}

/** A STOMP client on a bare socket, WebSocket, or any other pipe: it sees, and can send, every octet. */
export class StompTestPeer {
  readonly #replies = new StompReplies();
  /** All that came, as it came. */
  received = Buffer.alloc(0);
  /** Each message of a WebSocket, and whether it was binary. */
  readonly messages: { readonly data: Buffer; readonly binary: boolean }[] = [];
  /** Whether the server has ended the connection; over WebSocket with which code and reason. */
  closed: { readonly code: number | undefined; readonly reason: string } | undefined;
  #pipe: Pipe | undefined;
  #asText = true;
  #receipts = 0;

  static async tcp(
    port: number,
    { secure = false }: StompPeerOptions = {},
    host = '127.0.0.1',
  ): Promise<StompTestPeer> {
    const peer = new StompTestPeer();
    const socket: Socket = secure
      ? connectSecurely({ host, port, rejectUnauthorized: false })
      : connect({ host, port });
    socket.on('data', (octets: Buffer) => peer.take(octets));
    socket.on('error', () => undefined);
    socket.on('close', () => peer.end());
    let isOpen = false;
    socket.once(secure ? 'secureConnect' : 'connect', () => (isOpen = true));
    peer.use({ write: (octets) => void socket.write(octets), drop: () => void socket.destroy() });
    await until(() => isOpen || peer.closed !== undefined);
    return peer;
  }

  static async webSocket(
    url: string,
    { subprotocols = [], headers = {}, binary = false }: StompPeerOptions = {},
  ): Promise<StompTestPeer> {
    const peer = new StompTestPeer();
    const socket = new WebSocket(url, [...subprotocols], { headers });
    socket.on('message', (data: Buffer, isBinary) => {
      peer.messages.push({ data, binary: isBinary });
      peer.take(data);
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => peer.end(code, reason.toString()));
    peer.#asText = !binary;
    peer.use({
      write: (octets, asText) => socket.send(asText ? octets.toString('utf8') : octets),
      drop: () => socket.terminate(),
    });
    await until(() => socket.readyState === WebSocket.OPEN || peer.closed !== undefined);
    return peer;
  }

  /** For pipes of other kinds: where octets go. */
  use(pipe: Pipe): void {
    this.#pipe = pipe;
  }

  /** For pipes of other kinds: octets that came. */
  take(octets: Buffer): void {
    this.received = Buffer.concat([this.received, octets]);
    this.#replies.add(octets);
  }

  end(code?: number, reason = ''): void {
    this.closed ??= { code, reason };
  }

  /** Frames that came, in order. */
  get frames(): readonly StompReply[] {
    return this.#replies.frames;
  }

  /** Heart-beats that came. */
  get beats(): number {
    return this.#replies.beats;
  }

  of(command: string): readonly StompReply[] {
    return this.frames.filter((frame) => frame.command === command);
  }

  send(command: string, headers: Readonly<Record<string, string>> = {}, body: string | Buffer = ''): void {
    this.write(stompFrame(command, headers, body));
  }

  /** Octets as they are; over WebSocket one message. */
  write(octets: Buffer | string): void {
    this.#pipe?.write(Buffer.from(octets as string), this.#asText);
  }

  drop(): void {
    this.#pipe?.drop();
  }

  /** Resolves to CONNECTED; throws with the ERROR there is in its place. */
  async connect(headers: Readonly<Record<string, string>> = {}): Promise<StompReply> {
    this.send('CONNECT', headers);
    await until(() => this.of('CONNECTED').length > 0 || this.of('ERROR').length > 0 || this.closed);
    const [connected] = this.of('CONNECTED');
    if (connected !== undefined) return connected;
    throw new Error(`not connected: ${JSON.stringify(this.of('ERROR'))}`);
  }

  /** Sends a frame and waits for what answers it: its RECEIPT, or the ERROR with its id. */
  async ask(
    command: string,
    headers: Readonly<Record<string, string>> = {},
    body: string | Buffer = '',
  ): Promise<StompReply> {
    const receipt = `receipt-${++this.#receipts}`;
    const answer = () => this.frames.find((frame) => frame.headers['receipt-id'] === receipt);
    this.send(command, { ...headers, receipt }, body);
    await until(() => answer() !== undefined || this.closed !== undefined);
    const found = answer();
    if (found !== undefined) return found;
    throw new Error(`no answer to ${command}: the connection has ended`);
  }
}
