import type { RouterError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import type { Position } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import type { Start, Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import type { SubscriptionGroup, Topic } from '../../core/topic.js';

/** The stream that a subscription is of. */
export interface SubscribedStream {
  readonly session: Session;
  encode(index: number, publication: Publication): Frame;
  ended(index: number, why: RouterError): void;
}

/** One channel of a stream. */
export class SseSubscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  /** As the peer writes the channel. */
  readonly name: string;
  readonly since: Position | undefined;
  readonly trace: string | undefined;
  wireKey: string;
  /** How it began; undefined before it has. */
  start: Start | undefined = undefined;
  /** Whether a slow peer misses some of it. */
  conflates = false;
  readonly #stream: SubscribedStream;
  readonly #index: number;

  constructor(
    stream: SubscribedStream,
    index: number,
    asked: Pick<SseSubscription, 'name' | 'channel' | 'since' | 'trace'>,
  ) {
    this.session = stream.session;
    this.#stream = stream;
    this.#index = index;
    this.name = asked.name;
    this.channel = asked.channel;
    this.since = asked.since;
    this.trace = asked.trace;
    // Until the stream begins it shares nothing with others.
    this.wireKey = `sse ${index} of ${this.session.id}`;
  }

  joined(group: SubscriptionGroup | Topic, start: Start): void {
    this.start = start;
    this.conflates = 'request' in group && group.request.route.slow === 'conflate';
  }

  encode(publication: Publication): Frame {
    return this.#stream.encode(this.#index, publication);
  }

  ended(why: RouterError): void {
    this.#stream.ended(this.#index, why);
  }
}
