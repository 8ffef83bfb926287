import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** A client on a bare socket, which sees, and can send, every octet. */
export class StreamPeer {
  readonly socket: Socket;
  /** All that it has heard, an octet a character. */
  heard = '';
  /** Whether the server has ended its side. */
  finished = false;
  closed = false;
  error: NodeJS.ErrnoException | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (octets: Buffer) => (this.heard += octets.toString('latin1')));
    socket.on('error', (error) => (this.error = error));
    socket.on('end', () => (this.finished = true));
    socket.on('close', () => (this.closed = true));
  }

  static async connect(
    port: number,
    { secure = false, allowHalfOpen = false, host = '127.0.0.1' } = {},
  ): Promise<StreamPeer> {
    const to = { port, host, allowHalfOpen };
    const socket = secure ? connectSecurely({ ...to, rejectUnauthorized: false }) : connect(to);
    const peer = new StreamPeer(socket);
    await once(socket, secure ? 'secureConnect' : 'connect');
    return peer;
  }

  send(octets: string | Buffer): void {
    this.socket.write(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets);
  }
}
