import { isRouterError, RouterError, requestId } from '../core/errors.js';
import type { ServerEvents } from '../core/events.js';
import type { RouterWatch } from '../core/inspection.js';
import type { Logger } from '../core/logger.js';
import { countLimit, type Meter } from '../core/meter.js';
import type { Payload } from '../core/payload.js';
import { RefusalLog } from '../core/refusal-log.js';
import type { Operation } from '../core/route.js';
import type { Session } from '../core/session.js';
import type { Judgement } from './access.js';
import { questionOf } from './access.js';
import { describeJudgements } from './explain.js';
import type { LiveTopic } from './live-topic.js';
import type { RouteTallies } from './route-tally.js';

/** What was refused, and to whom. */
export interface RefusedRequest {
  readonly operation: Operation;
  readonly session: Session;
  readonly channel: string;
  /** The name of its route, where there is one. */
  readonly route?: string | undefined;
  /** How access was decided; asked only when it is told. */
  readonly judge?: (options: { readonly private: boolean }) => readonly Judgement[];
}

/** A request whose topic, if it got so far, says how access was decided. */
export interface RefusedOnTopic extends Omit<RefusedRequest, 'judge' | 'route'> {
  readonly topic?: LiveTopic | undefined;
  readonly payload?: Payload | undefined;
}

export interface RefusalParts {
  readonly events: ServerEvents;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly tallies: RouteTallies;
  /** Whether a peer is told what access was decided by, which is nobody's business but the developer's. */
  readonly development: boolean;
  /** Undefined where nobody looks. */
  readonly watch?: RouterWatch | undefined;
}

/** Says no: the peer gets code, reason and the id of the request, the log and the metrics get the rest. */
export class Refusals {
  readonly #parts: RefusalParts;
  readonly #lines: RefusalLog;

  constructor(parts: RefusalParts) {
    this.#parts = parts;
    this.#lines = new RefusalLog(parts.logger);
  }

  /** What the peer may be told of an error. */
  of(error: unknown, request: RefusedRequest): RouterError {
    const known = RouterError.from(error, 'handler_failed').with({ request: requestId() });
    this.#count(known, request.route);
    if (!isRouterError(error)) this.#failed(error, known, request);
    else this.#log(known, request);
    this.#parts.watch?.refused({
      ...request,
      error: known,
      route: request.route,
      decided: () => decidedBy(known, request) ?? [],
    });
    if (!this.#parts.development || known.code !== 'forbidden' || request.judge === undefined) return known;
    const reasons = describeJudgements(request.judge({ private: false }), request.operation);
    return known.with({ hint: reasons.join('\n') });
  }

  /** The same on a topic, or on a channel that has become none. */
  on(error: unknown, { operation, session, channel, topic, payload }: RefusedOnTopic): RouterError {
    const question = topic && questionOf(session.principal, topic, payload);
    return this.of(error, {
      operation,
      session,
      channel,
      route: topic?.request.route.name,
      ...(question && { judge: (options) => topic.access.judge(operation, question, options) }),
    });
  }

  #count(refusal: RouterError, route: string | undefined): void {
    if (route !== undefined) this.#parts.tallies.of(route).refusals++;
    this.#parts.meter.count('signalbox_refusals_total', { code: refusal.code });
    countLimit(this.#parts.meter, refusal);
  }

  #failed(error: unknown, { request }: RouterError, { session, channel }: RefusedRequest): void {
    this.#parts.logger.error(
      { event: 'handler_failed', request, session: session.id, channel, error },
      'handler failed',
    );
    this.#parts.events.announce('client_error', { session, channel, error });
  }

  #log(refusal: RouterError, refused: RefusedRequest): void {
    const { request, code, message } = refusal;
    const { operation, session, channel } = refused;
    const { kind, id } = session.principal;
    this.#lines.write(() => {
      const decided = decidedBy(refusal, refused);
      return {
        event: 'operation_refused',
        request,
        operation,
        channel: channel.slice(0, 256),
        code,
        reason: message.slice(0, 512),
        session: session.id,
        peer: id === undefined ? kind : `${kind} ${id}`,
        ...(decided && { decided }),
      };
    }, 'refused');
  }
}

/** What access was decided by, less what is a peer's message; undefined where access did not refuse. */
function decidedBy(
  { code }: RouterError,
  { operation, judge }: RefusedRequest,
): readonly string[] | undefined {
  if (code !== 'forbidden' || judge === undefined) return undefined;
  return describeJudgements(judge({ private: true }), operation);
}
