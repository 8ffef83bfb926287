import { RouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Subscriber } from '../core/router.js';
import { timed } from '../core/timed.js';
import type { TopicHandler } from '../core/topic.js';
import type { FanOuts } from './fan-outs.js';
import { inTime } from './in-time.js';
import type { RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';
import type { Memberships } from './memberships.js';
import { type Foreseen, foresee } from './preview.js';
import type { Publishing } from './publishing.js';
import type { RouteTable } from './route-table.js';
import { Routing } from './routing.js';
import type { Topics } from './topics.js';

export interface ReroutingParts {
  readonly routing: Routing;
  readonly topics: Topics;
  readonly memberships: Memberships;
  readonly publishing: Publishing;
  readonly fanOuts: FanOuts;
  readonly limits: RouterLimits;
}

/** What became of the live channels of a node when its routes changed. */
export interface Rerouted {
  /** Live channels, and how many of them have got another route, handler or access, or none. */
  readonly channels: number;
  readonly moved: number;
  readonly withdrawn: number;
  /** Subscriptions that have ended at once. */
  readonly ended: number;
  /** Subscriptions whose handler is being asked again. */
  readonly asked: number;
}

/** Subscribers whose handler is asked again at the same time. */
const AT_ONCE = 100;
/** Times that a handler is asked about one subscriber where the routes change while it thinks. */
const ATTEMPTS = 3;

/** What follows for live channels where the routing is replaced: first all of them go on by it, then their subscribers are looked at. */
export class Rerouting {
  readonly #parts: ReroutingParts;

  constructor(parts: ReroutingParts) {
    this.#parts = parts;
  }

  /**
   * Routes by another table and other handlers from now on, all live channels included: who may not be subscribed by them has
   * been told so when this returns, or is sent nothing before the handler has been asked. Without an await: nobody publishes,
   * joins or is told anything between the last delivery by the former routing and the first by the new one.
   */
  run(table: RouteTable, handlers: ReadonlyMap<string, TopicHandler>): Rerouted {
    const { routing, topics, memberships, publishing, fanOuts } = this.#parts;
    fanOuts.finish();
    routing.replace(table, handlers);
    const channels = topics.live.size;
    const moved = topics.move();
    publishing.reauthorize();
    const ended = moved.length === 0 ? 0 : memberships.reauthorizeAll(...moved);
    let asked = 0;
    for (const topic of moved) asked += this.#askAgain(topic);
    const withdrawn = moved.filter(({ isWithdrawn }) => isWithdrawn).length;
    return { channels, moved: moved.length, withdrawn, ended, asked };
  }

  /** What `run` would mean for the live channels. */
  foresee(table: RouteTable, handlers: ReadonlyMap<string, TopicHandler>): Iterable<Foreseen> {
    return foresee(this.#parts.topics.live.values(), new Routing(table, handlers));
  }

  /** Returns of how many subscribers the handler was asked. */
  #askAgain(topic: LiveTopic): number {
    const waiting = topic.doubtful.toReversed();
    const { length } = waiting;
    const next = (): void => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
        const done = this.#decide(one, topic);
        if (!isPromise(done)) continue;
        void done.then(next);
        return;
      }
    };
    for (let i = 0; i < AT_ONCE && waiting.length > 0; i++) next();
    return topic.handler.onSubscribe === undefined ? 0 : length;
  }

  #decide(subscriber: Subscriber, topic: LiveTopic): MaybePromise<void> {
    const { moves } = topic;
    const answer = this.#ask(subscriber, topic);
    if (!isPromise(answer)) {
      this.#conclude(subscriber, topic, answer);
      return undefined;
    }
    return answer.then((refusal) => this.#settle(subscriber, topic, { refusal, moves }));
  }

  /** A handler that has been replaced while it thought decides nothing. */
  async #settle(
    subscriber: Subscriber,
    topic: LiveTopic,
    { refusal, moves }: { refusal: Refusal | undefined; moves: number },
  ): Promise<void> {
    let [answer, asked] = [refusal, moves];
    for (let i = 1; topic.moves !== asked && i < ATTEMPTS; i++) {
      asked = topic.moves;
      answer = await this.#ask(subscriber, topic);
    }
    const late = new RouterError('unavailable', 'the routes have changed again and again meanwhile');
    this.#conclude(subscriber, topic, topic.moves === asked ? answer : { why: late });
  }

  #ask(subscriber: Subscriber, topic: LiveTopic): MaybePromise<Refusal | undefined> {
    const { handler, request, times } = topic;
    const { handlerTimeout } = this.#parts.limits;
    const hook = () => handler.onSubscribe?.(subscriber.session, topic, request);
    try {
      const answer = inTime(timed(times.subscribe, hook), handlerTimeout);
      if (!isPromise(answer)) return undefined;
      return answer.then(
        () => undefined,
        (why: unknown) => ({ why }),
      );
    } catch (why) {
      return { why };
    }
  }

  #conclude(subscriber: Subscriber, topic: LiveTopic, refusal: Refusal | undefined): void {
    if (!topic.isInDoubt(subscriber)) return;
    if (refusal === undefined && topic.admit(subscriber)) return;
    const tooMuch = new RouterError(
      'unavailable',
      'too much was published while it was decided who may stay',
    );
    this.#parts.memberships.refuse(subscriber, topic, refusal?.why ?? tooMuch);
  }
}

/** What a handler has thrown. */
interface Refusal {
  readonly why: unknown;
}
