import type { ServerEvents } from '../../core/events.js';
import type { RouterWatch } from '../../core/inspection.js';
import type { Logger } from '../../core/logger.js';
import type { Meter } from '../../core/meter.js';
import type { OwnProcedure } from '../../core/rpc.js';
import type { Tracer } from '../../core/tracer.js';
import type { Routing } from '../routing.js';
import type { ParticipantLimits } from './participants.js';

/** The bounds of calls and registrations. */
export interface ProcedureLimits extends ParticipantLimits {
  /** Milliseconds a handler may take to answer where its caller asks for no other time. */
  readonly handlerTimeout: number;
  /** Milliseconds a call may take, or may be silent between parts of its result. */
  readonly callTimeout: number;
  /** Octets of a name. */
  readonly channel: number;
}

/** What a `ProcedureRouter` is made of. */
export interface ProcedureRouterParts {
  readonly routing: Routing;
  /** Procedures of the server itself, by name. */
  readonly own: ReadonlyMap<string, OwnProcedure>;
  readonly events: ServerEvents;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: ProcedureLimits;
  /** Without it nobody hears of what is refused. */
  readonly watch?: RouterWatch | undefined;
  /** Without it nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Whether refusals explain themselves to the peer. */
  readonly development: boolean;
}
