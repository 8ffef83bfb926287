import type { Subscriber } from '../core/router.js';
import type { TopicHandler, TopicRequest } from '../core/topic.js';
import type { FrameCache } from './frame-cache.js';
import type { HookTimes } from './hook-times.js';
import { sameValue } from './same-value.js';

/** Publications that are kept for subscribers while it is decided whether they may stay. */
const MOST_HELD = 1000;

/** The handler that let somebody in, and what it was asked. */
export interface Host {
  readonly handler: TopicHandler;
  readonly request: TopicRequest;
  readonly times: HookTimes;
}

interface Doubtful {
  readonly host: Host;
  /** What was published meanwhile; undefined where it was too much. */
  held: FrameCache[] | undefined;
}

/** Subscribers whose handler is asked again whether they may be there: until it has answered they are sent nothing. */
export class Awaiting {
  readonly #doubtful = new Map<Subscriber, Doubtful>();

  get subscribers(): Iterable<Subscriber> {
    return this.#doubtful.keys();
  }

  get size(): number {
    return this.#doubtful.size;
  }

  has(subscriber: Subscriber): boolean {
    return this.#doubtful.has(subscriber);
  }

  /** One that is in doubt already stays with the host that has let it in. */
  add(subscriber: Subscriber, host: Host, before: FrameCache | undefined): void {
    if (!this.has(subscriber)) this.#doubtful.set(subscriber, { host, held: before ? [before] : [] });
  }

  hostOf(subscriber: Subscriber): Host | undefined {
    return this.#doubtful.get(subscriber)?.host;
  }

  /** Whether a subscriber is not to be sent something now; it gets it when it may stay. */
  holdsBack(subscriber: Subscriber, frames: FrameCache): boolean {
    const doubtful = this.#doubtful.get(subscriber);
    if (doubtful === undefined) return false;
    if ((doubtful.held?.length ?? 0) < MOST_HELD) doubtful.held?.push(frames);
    else doubtful.held = undefined;
    return true;
  }

  /** What came meanwhile, in order; undefined where it was too much. */
  take(subscriber: Subscriber): readonly FrameCache[] | undefined {
    const doubtful = this.#doubtful.get(subscriber);
    this.#doubtful.delete(subscriber);
    return doubtful === undefined ? [] : doubtful.held;
  }
}

/** Whether a handler that has let somebody in would be asked the same. */
export function asksAlike(
  before: Pick<Host, 'handler' | 'request'>,
  after: Pick<Host, 'handler' | 'request'>,
): boolean {
  const [was, is] = [before.request, after.request];
  if (before.handler !== after.handler || !sameValue(was.params, is.params)) return false;
  return sameValue(was.route.args, is.route.args) && sameValue(was.route.options, is.route.options);
}
