import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { until } from './until.js';

/** What carries octets to a server. */
interface Pipe {
  write(octets: Buffer): void;
  /** Ends the connection in its own way. */
  end(): void;
  destroy?(): void;
}

/** An XMLSocket client on a bare socket, WebSocket, or any other pipe: it sees, and can send, every octet. */
export class XmlTestPeer {
  /** All that came, as it came. */
  received = Buffer.alloc(0);
  /** Each message of a WebSocket, and whether it was binary. */
  readonly frames: { readonly data: Buffer; readonly binary: boolean }[] = [];
  /** Whether the server has ended the connection; over WebSocket with which code. */
  closed: { readonly code: number | undefined } | undefined;
  #pipe: Pipe | undefined;
  #seen = 0;

  static async tcp(port: number, host = '127.0.0.1'): Promise<XmlTestPeer> {
    const peer = new XmlTestPeer();
    const socket = connect({ port, host });
    let isOpen = false;
    socket.once('connect', () => (isOpen = true));
    socket.on('data', (octets: Buffer) => peer.take(octets));
    socket.on('error', () => undefined);
    socket.on('close', () => peer.ended());
    peer.use({
      write: (octets) => void socket.write(octets),
      end: () => void socket.end(),
      destroy: () => void socket.destroy(),
    });
    await until(() => isOpen || peer.closed !== undefined);
    return peer;
  }

  static async webSocket(url: string, headers: Readonly<Record<string, string>> = {}): Promise<XmlTestPeer> {
    const peer = new XmlTestPeer();
    const socket = new WebSocket(url, { headers });
    socket.on('message', (data: Buffer, binary) => {
      peer.frames.push({ data, binary });
      peer.take(data);
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => peer.ended(code));
    peer.use({ write: (octets) => socket.send(octets), end: () => socket.close() });
    await until(() => socket.readyState === WebSocket.OPEN || peer.closed !== undefined);
    return peer;
  }

  /** Where octets go. */
  use(pipe: Pipe): void {
    this.#pipe = pipe;
  }

  /** Octets that came. */
  take(octets: Buffer): void {
    this.received = Buffer.concat([this.received, octets]);
  }

  ended(code?: number): void {
    this.closed ??= { code };
  }

  /** The messages that have come whole. */
  get messages(): readonly string[] {
    return this.received.toString('utf8').split('\0').slice(0, -1);
  }

  /** Messages, each with its NUL, in one piece. */
  say(...messages: readonly string[]): void {
    this.write(messages.map((message) => `${message}\0`).join(''));
  }

  /** Octets as they are; over WebSocket one message. */
  write(octets: Buffer | string): void {
    this.#pipe?.write(Buffer.from(octets as string));
  }

  end(): void {
    this.#pipe?.end();
  }

  /** Goes without a word, and forgets what has not been sent. */
  destroy(): void {
    this.#pipe?.destroy?.();
  }

  /** The messages that have come since the last time this was asked. */
  news(): readonly string[] {
    const news = this.messages.slice(this.#seen);
    this.#seen += news.length;
    return news;
  }

  /** Waits until a message has come since the last time that begins so, and gives all that came up to then. */
  async until(start: string): Promise<readonly string[]> {
    const fresh = () => this.messages.slice(this.#seen);
    await until(() => fresh().some((message) => message.startsWith(start)) || this.closed);
    return this.news();
  }
}
