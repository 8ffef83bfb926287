import type { Connection } from '../../core/connection.js';
import { randomId } from '../../core/session.js';

/** The connection of a request that only publishes: nothing can be delivered to it, and there is nothing to end. */
export class NullConnection implements Connection {
  readonly id = randomId();
  readonly transport = 'http';
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    this.remoteAddress = remoteAddress;
  }

  send(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {}
  drop(): void {}
}
