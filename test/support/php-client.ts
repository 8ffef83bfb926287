import { RawWebSocket } from './raw-websocket.js';
import { until } from './until.js';

const [PUBLISH, CALL] = [7, 2];

/**
 * Connects and publishes as the PHP clients of GosWebSocketBundle and OroPlatform do: the whole URL in the request
 * line, a bare host for an origin, and a session id that is cut out of whatever the first read gave.
 */
export class PhpClient {
  readonly socket: RawWebSocket;
  readonly sessionId: string;

  private constructor(socket: RawWebSocket, sessionId: string) {
    this.socket = socket;
    this.sessionId = sessionId;
  }

  /** Throws if the first read has no welcome. */
  static async connect(address: string): Promise<PhpClient> {
    const socket = await RawWebSocket.open(address, {
      requestLine: `GET ${address} HTTP/1.1`,
      headers: { Upgrade: 'WebSocket', Origin: '127.0.0.1', 'Sec-WebSocket-Protocol': 'wamp' },
    });
    const read = socket.firstRead?.toString('latin1') ?? '';
    const [first, last] = [read.indexOf('['), read.indexOf(']')];
    if (!read.startsWith('HTTP/1.1 101 ') || first < 0)
      throw new Error(`no welcome in the first read: ${read}`);
    const [, sessionId] = JSON.parse(read.slice(first, last + 1));
    return new PhpClient(socket, sessionId);
  }

  /** Always five elements, both lists empty. */
  publish(channel: string, event: unknown): void {
    this.socket.sendText(JSON.stringify([PUBLISH, channel, event, [], []]));
  }

  call(procedure: string): void {
    this.socket.sendText(JSON.stringify([CALL, 'uid', procedure]));
  }

  /** Resolves to the code of the server's answer, or to nothing if it ended without one. */
  async disconnect(): Promise<number | undefined> {
    this.socket.close(1000, 'ttfn');
    await until(() => this.socket.closeFrame !== undefined || this.socket.ended);
    return this.socket.closeFrame?.code;
  }
}
