import type { Disconnect } from '../../src/core/errors.js';
import type { Frame } from '../../src/core/frame.js';
import { FakeConnection } from '../../src/testing.js';

/** What reads the octets of a connection. */
export interface OctetReader {
  take(octets: Buffer): void;
  end(code: number, reason: string): void;
}

/** A connection whose octets a client reads, and that says how many messages it was charged for. */
export class PeerConnection extends FakeConnection {
  override readonly transport: 'memory';
  charged = 0;
  readonly #reader: OctetReader;

  constructor(reader: OctetReader, transport: 'memory' | 'tcp' | 'websocket') {
    super();
    this.transport = transport as 'memory';
    this.#reader = reader;
  }

  override send(frame: Frame): void {
    if (this.ended !== undefined) return;
    super.send(frame);
    this.#reader.take(frame.bytes);
  }

  override close(why: Disconnect): void {
    super.close(why);
    this.#reader.end(why.code, why.reason);
  }

  charge(messages: number): void {
    this.charged += messages;
  }
}
