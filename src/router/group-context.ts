import type { Broker } from '../core/broker.js';
import type { RouterWatch } from '../core/inspection.js';
import type { Logger } from '../core/logger.js';
import type { MessageLog } from '../core/message-log.js';
import type { Payload } from '../core/payload.js';
import type { Publication } from '../core/publication.js';
import type { Queues } from '../core/queue.js';
import type { Tracer } from '../core/tracer.js';
import type { FanOutContext, Group } from './group.js';
import type { Numbering } from './local-publication.js';
import type { Presence } from './presence.js';
import type { Routing } from './routing.js';
import type { Sessions } from './sessions.js';

/** What every group of a node shares. */
export interface GroupContext extends FanOutContext {
  readonly routing: Routing;
  readonly broker: Broker;
  /** Undefined where there are no queues. */
  readonly queues: Queues | undefined;
  /** Undefined where it is not kept who is there. */
  readonly presence: Presence | undefined;
  /** Undefined where nothing is logged. */
  readonly log: MessageLog | undefined;
  /** Ends subscriptions that their sessions may not have any more. */
  readonly reauthorize: (group: Group) => void;
  /** Has the subscribers of a group come back, as it may have missed something. */
  readonly sendAway: (group: Group) => void;
  readonly sessions: Sessions;
  readonly logger: Logger;
  readonly numbering: Numbering;
  /** Undefined where nothing is traced. */
  readonly tracer: Tracer | undefined;
  /** Undefined where nobody looks. */
  readonly watch: RouterWatch | undefined;
  /** To be called for each message that a queue holds now. */
  readonly queued: (publication: Publication) => void;
  /** Delivers on this node. */
  readonly deliver: (publication: Publication) => void;
  /** Tells the subscribers of a channel on this node. */
  readonly announce: (channel: string, payload: Payload) => void;
}
