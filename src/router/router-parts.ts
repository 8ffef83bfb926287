import type { Broker } from '../core/broker.js';
import type { ServerEvents } from '../core/events.js';
import type { RouterWatch } from '../core/inspection.js';
import type { Load } from '../core/load.js';
import type { Logger } from '../core/logger.js';
import type { MessageLog } from '../core/message-log.js';
import type { Meter } from '../core/meter.js';
import type { PresenceStore } from '../core/presence.js';
import type { Queues } from '../core/queue.js';
import type { Tracer } from '../core/tracer.js';
import type { IdentitySettings } from './identities.js';
import type { RouterLimits } from './limits.js';
import type { Routing } from './routing.js';

/** What a router is made of. */
export interface RouterParts {
  readonly routing: Routing;
  readonly broker: Broker;
  /** Without them routes with `delivery: queue` are refused. */
  readonly queues?: Queues | undefined;
  /** Without it publications on routes with a log are refused. */
  readonly log?: MessageLog | undefined;
  /** Without it channels of routes with `presence` cannot be watched. */
  readonly presence?: PresenceStore | undefined;
  readonly events: ServerEvents;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: RouterLimits;
  readonly identity: IdentitySettings;
  /** Without it nothing is refused for there being too much to do. */
  readonly load?: Load | undefined;
  /** Without it nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Without it nobody hears of what is refused or left out. */
  readonly watch?: RouterWatch | undefined;
  /** Whether refusals explain themselves to the peer. */
  readonly development: boolean;
}
