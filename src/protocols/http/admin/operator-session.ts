import type { Connection } from '../../../core/connection.js';
import type { Disconnect } from '../../../core/errors.js';
import type { Frame } from '../../../core/frame.js';
import { type Principal, randomId, Session, sessionId } from '../../../core/session.js';
import { NullConnection } from '../null-connection.js';
import type { EventStream } from './event-stream.js';

const PROTOCOL = 'admin';

/** A session for one request of an operator, as somebody. It is not opened in the router. */
export function momentarySession(principal: Principal, remoteAddress: string): Session {
  const connection = new NullConnection(remoteAddress);
  return new Session({ id: sessionId(), protocol: PROTOCOL, principal, connection, end: () => undefined });
}

/** The session of somebody whose place an operator takes in a console: what it is sent goes into the stream. */
export function consoleSession(principal: Principal, remoteAddress: string, stream: EventStream): Session {
  const connection = new ConsoleConnection(remoteAddress, stream);
  return new Session({
    id: sessionId(),
    protocol: PROTOCOL,
    principal,
    connection,
    end: (why) => connection.close(why),
  });
}

/** A stream of an operator as a connection: its frames are events. */
class ConsoleConnection implements Connection {
  readonly id = `admin-${randomId()}`;
  readonly transport = 'http';
  readonly remoteAddress: string;
  readonly #stream: EventStream;

  constructor(remoteAddress: string, stream: EventStream) {
    this.remoteAddress = remoteAddress;
    this.#stream = stream;
  }

  get waiting(): number {
    return this.#stream.waiting;
  }

  send({ bytes }: Frame): void {
    this.#stream.write(bytes);
  }

  pause(): void {}
  resume(): void {}

  close({ code, reason }: Disconnect): void {
    this.#stream.send('ended', { code, reason });
    this.#stream.end();
  }

  drop(): void {
    this.#stream.drop();
  }
}
