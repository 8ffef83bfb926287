import type { Connection, ConnectionListener } from '../../core/connection.js';
import type { Logger } from '../../core/logger.js';
import type { Meter } from '../../core/meter.js';
import { PeerRefusals } from '../../core/peer-refusals.js';
import type { Guest, Protocol } from '../../core/protocol.js';
import type { SseContext } from './context.js';
import { ProgressTable } from './progress-table.js';
import { SseStream } from './stream.js';

export interface SseOptions extends Pick<SseContext, 'router' | 'ahead'> {
  readonly logger: Logger;
  readonly meter: Meter;
}

/** Server-Sent Events, as `EventSource` reads them: channels of the address, one stream each. [HTML §9.2] */
export class SseProtocol implements Protocol {
  readonly name = 'sse';
  readonly subprotocols = [];
  readonly #context: SseContext;

  constructor(options: SseOptions) {
    const { router, ahead } = options;
    const refusals = new PeerRefusals({ ...options, protocol: this.name });
    this.#context = { router, ahead, refusals, progress: new ProgressTable() };
  }

  accept(connection: Connection, guest: Guest): ConnectionListener {
    return new SseStream(connection, guest, this.#context);
  }
}
