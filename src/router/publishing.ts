import { RouterError } from '../core/errors.js';
import type { Load } from '../core/load.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Payload } from '../core/payload.js';
import type { Publication, PublishEvent } from '../core/publication.js';
import type { Route } from '../core/route.js';
import type { Session } from '../core/session.js';
import { note } from '../core/timed.js';
import type { OperationTrace, Tracer } from '../core/tracer.js';
import { questionOf } from './access.js';
import { checkContract } from './contract.js';
import { inTime } from './in-time.js';
import { checkPublication, checkPublicationLoad, type RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';
import type { Refusals } from './refusals.js';
import { Slots } from './slots.js';
import type { Topics } from './topics.js';

export interface PublishingParts {
  readonly topics: Topics;
  readonly refusals: Refusals;
  readonly limits: RouterLimits;
  readonly load: Load;
  readonly tracer?: Tracer | undefined;
}

/** What goes along with a publish. */
interface Attendants {
  readonly placed: (() => void) | undefined;
  readonly trace: OperationTrace | undefined;
}

/** A publish whose handler is waited for. */
interface UnderWay {
  readonly session: Session;
  readonly topic: LiveTopic;
  readonly payload: Payload;
  /** Set where its session may not publish there any more. */
  unbar: (() => void) | undefined;
}

/** The walk of a publish to the handler, which delivers or does not. */
export class Publishing {
  readonly #parts: PublishingParts;
  readonly #underWay = new Slots<UnderWay>();

  constructor(parts: PublishingParts) {
    this.#parts = parts;
  }

  publish(
    session: Session,
    channel: string,
    event: PublishEvent,
    placed?: () => void,
  ): MaybePromise<Publication | undefined> {
    const trace = this.#parts.tracer?.begin('publish', session, channel, event);
    if (trace === undefined) return this.#publish(session, channel, event, { placed, trace });
    return trace.follow(() => this.#publish(session, channel, event, { placed, trace }));
  }

  #publish(
    session: Session,
    channel: string,
    event: PublishEvent,
    { placed, trace }: Attendants,
  ): MaybePromise<Publication | undefined> {
    const { topics, refusals, limits, load } = this.#parts;
    const { payload, retain = false } = event;
    let topic: LiveTopic | undefined;
    try {
      if (session.closed) throw new RouterError('unavailable', 'the session has ended');
      topic = topics.find(channel);
      if (topic.isReserved) throw new RouterError('forbidden', `the server alone publishes on ${channel}`);
      topic.access.check('publish', questionOf(session.principal, topic, payload));
      checkPublicationLoad(session, topic.request.route, { retain, load });
      checkPublication(session, topic, { payload, limits });
      checkContract(topic.request.route, payload);
      const { placed: before } = topic;
      const done = this.#handle(session, topic, event, trace);
      if (!isPromise(done)) return done;
      // A handler that waits first may be overtaken.
      if (topic.placed > before) placed?.();
      return this.#settled(done, { session, topic: topics.hold(topic), payload, unbar: undefined });
    } catch (error) {
      throw refusals.on(error, { operation: 'publish', session, channel, topic, payload });
    }
  }

  /** The routes have changed: what a handler still thinks about for one who may not publish there any more is not published. */
  reauthorize(): void {
    for (const asked of this.#underWay.list())
      if (asked.unbar === undefined && !mayPublish(asked)) asked.unbar = asked.topic.closeBar();
  }

  #handle(
    session: Session,
    topic: LiveTopic,
    event: PublishEvent,
    trace: OperationTrace | undefined,
  ): MaybePromise<Publication | undefined> {
    if (trace === undefined) return askHandler(session, topic, event);
    trace.allowed(topic.request.route);
    return trace.handle(() => askHandler(session, topic, event));
  }

  async #settled(done: Promise<Publication | undefined>, asked: UnderWay): Promise<Publication | undefined> {
    const { topics, refusals, limits } = this.#parts;
    const { session, topic } = asked;
    const { channel } = topic;
    const place = this.#underWay.add(asked);
    try {
      return await inTime(done, limits.handlerTimeout);
    } catch (error) {
      throw refusals.on(error, { operation: 'publish', session, channel, topic });
    } finally {
      this.#underWay.delete(place);
      asked.unbar?.();
      topics.release(topic);
    }
  }
}

function mayPublish({ session, topic, payload }: UnderWay): boolean {
  const { payload: octets = Number.POSITIVE_INFINITY } = topic.request.route.limits;
  if (topic.handler.onPublish === undefined || payload.size > octets) return false;
  return topic.access.allows('publish', questionOf(session.principal, topic, payload));
}

function askHandler(
  session: Session,
  topic: LiveTopic,
  event: PublishEvent,
): MaybePromise<Publication | undefined> {
  const { handler, request, times } = topic;
  if (handler.onPublish === undefined) {
    throw new RouterError('not_publishable', `handler ${request.route.handler} accepts no publications`);
  }
  const kept = isKept(event, request.route) ? { ...event, author: session.id } : event;
  const told = event.key === undefined ? kept : { ...kept, key: ownKey(session, event.key) };
  const { bar } = topic;
  const began = times.publish === undefined ? 0 : performance.now();
  const done = (
    bar === undefined
      ? handler.onPublish(session, topic, request, told)
      : bar.ask(() => handler.onPublish?.(session, topic, request, told))
  ) as MaybePromise<Publication | undefined>;
  return times.publish === undefined ? done : note(times.publish, began, done);
}

/** Whether it matters later who published: where it is left out itself, it is no other that is. */
function isKept({ retain, exclude }: PublishEvent, { history, replay, queue, log }: Route): boolean {
  const keeps = history !== undefined || replay !== undefined || queue !== undefined || log !== undefined;
  return exclude.length > 0 && (retain === true || keeps);
}

/** What somebody else calls an attempt says nothing about this one. */
function ownKey({ id: session, principal: { kind, id = session } }: Session, key: string): string {
  return `${kind} ${id} ${key}`;
}
