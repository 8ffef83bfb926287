import type { Disconnect } from '../core/errors.js';
import type { Backlog } from './backlog.js';
import type { IntakeLimits } from './intake.js';

import type { TickWriter } from './tick-writer.js';

/** What all connections of a transport share. */
export interface ConnectionContext<Peer> extends IntakeLimits {
  readonly writer: TickWriter;
  /** Octets of one message. */
  readonly message: number;
  /** Octets that may wait in one connection before it counts as a slow consumer. */
  readonly buffer: number;
  readonly backlog: Backlog;
  readonly silence: number;
  ended(connection: Peer, why: Disconnect): void;
}
