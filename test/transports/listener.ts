import type { Connection, ConnectionListener, Gateway, Handshake } from '../../src/core/connection.js';
import type { Disconnect } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';

/** A protocol side that keeps what it hears. */
export class Listener implements ConnectionListener {
  readonly heard: string[] = [];
  readonly binaries: boolean[] = [];
  ends = 0;
  ended: Disconnect | undefined;
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }
  received(data: Buffer, binary: boolean): void {
    this.heard.push(data.toString());
    this.binaries.push(binary);
  }
  disconnected(why: Disconnect): void {
    this.ends++;
    this.ended = why;
  }
  end(why: Disconnect): void {
    this.connection.close(why);
  }
}

/** Lets everybody in, and welcomes them. */
export class OpenGateway implements Gateway {
  readonly listeners: Listener[] = [];
  readonly handshakes: Handshake[] = [];

  async admit(handshake: Handshake) {
    this.handshakes.push(handshake);
    return {
      subprotocol: handshake.subprotocols[0],
      accept: (connection: Connection) => {
        const listener = new Listener(connection);
        this.listeners.push(listener);
        connection.send(Frame.text('welcome'));
        return listener;
      },
    };
  }
}

/** Thinks about each peer until it is told that it has thought enough, and lets in nobody before. */
export class SlowGateway implements Gateway {
  asked = 0;
  readonly #accept: (connection: Connection) => ConnectionListener;
  #decide = () => {};

  constructor(accept: (connection: Connection) => ConnectionListener) {
    this.#accept = accept;
  }

  async admit() {
    this.asked++;
    await new Promise<void>((resolve) => (this.#decide = resolve));
    return { subprotocol: undefined, accept: this.#accept };
  }

  decide(): void {
    this.#decide();
  }
}

/** Bounds that no test reaches unless it sets its own. */
export const LIMITS = {
  message: 65_536,
  buffer: 262_144,
  bufferTime: 10_000,
  connections: 100,
  connectionsPerAddress: 100,
  handshakes: undefined,
  messages: undefined,
  handshakeTimeout: 10_000,
  silence: 60_000,
  ping: 25_000,
  pongTimeout: 8000,
  longPoll: 10_000,
};
