import type { ErrorCode, RouterError } from '../core/errors.js';
import { Frame } from '../core/frame.js';
import { type Position, readPosition, writePosition } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { QueueDelivery } from '../core/queue.js';
import type { Start, Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import type { TopicRouter } from '../router/index.js';
import { Inbox, type Patience } from './inbox.js';
import type { Matcher } from './matching.js';
import type { TestClock } from './test-clock.js';

/** What was delivered. */
export interface Delivery {
  readonly channel: string;
  /** As JSON says it; octets of a binary payload are in `publication.payload`. */
  readonly payload: unknown;
  readonly publication: Publication;
  /** On a queue with `acknowledge: 'manual'`: the message, to be acknowledged or rejected. */
  readonly message?: QueueDelivery;
}

export interface SubscribeOptions {
  /** Left out for one channel. */
  readonly match?: 'prefix' | 'wildcard';
  /** The position of an earlier subscription: what was missed since is delivered first. */
  readonly since?: Position | string | undefined;
  /** Of a queue: `manual` for messages that the test acknowledges itself; they are consumed at once otherwise. */
  readonly acknowledge?: 'manual';
  /** Messages that it holds unanswered at most, with `acknowledge: 'manual'`. */
  readonly prefetch?: number;
}

let subscriptions = 0;

/** A subscription of a peer, and all that it has received. */
export class TestSubscription {
  readonly channel: string;
  readonly #router: TopicRouter;
  readonly #inbox: Inbox<Delivery>;
  readonly #ends: Inbox<RouterError>;
  readonly #subscriber: Subscriber;
  #start: Start | undefined;
  #last: Position | undefined;

  constructor(
    session: Session,
    channel: string,
    { router, clock, options }: { router: TopicRouter; clock: TestClock; options: SubscribeOptions },
  ) {
    this.channel = channel;
    this.#router = router;
    this.#inbox = new Inbox({ what: `delivery on ${channel}`, clock, view: ({ payload }) => payload });
    this.#ends = new Inbox({
      what: `end of the subscription to ${channel}`,
      clock,
      view: ({ code }) => code,
    });
    const { match, since, acknowledge, prefetch } = options;
    this.#subscriber = {
      session,
      channel,
      ...(match && { match }),
      wireKey: `test ${++subscriptions}`,
      since: typeof since === 'string' ? readPosition(since) : since,
      encode: (publication) => this.#receive(publication),
      joined: (_group, start) => {
        this.#start = start;
        this.#last = start.position;
      },
      ended: (why) => this.#ends.push(why),
      ...(acknowledge === 'manual' && {
        consumer: {
          prefetch,
          take: (message) => {
            this.#receive(message.publication, message);
            return true;
          },
        },
      }),
    };
  }

  /** All deliveries, in order, whether they were read or not. */
  get received(): readonly Delivery[] {
    return this.#inbox.received;
  }

  /** The payloads of those. */
  get payloads(): readonly unknown[] {
    return this.received.map(({ payload }) => payload);
  }

  /** Whether all that was missed since the position given was delivered; undefined where none was given. */
  get recovered(): boolean | undefined {
    return this.#start?.recovered;
  }

  /** What the peer would come back with; undefined on channels without a history. */
  get position(): string | undefined {
    return this.#last && writePosition(this.#last);
  }

  /** For the peer, which says what was asked for. */
  async join(): Promise<this> {
    await this.#router.subscribe(this.#subscriber);
    return this;
  }

  async unsubscribe(): Promise<void> {
    await this.#router.unsubscribe(this.#subscriber);
  }

  /** The oldest delivery that was not read yet, or the next to come. Throws `AssertionError`. */
  next(patience?: Patience): Promise<Delivery> {
    return this.#inbox.expect(undefined, patience);
  }

  /**
   * The oldest unread delivery whose payload matches, or the next to come that does; others stay unread. Throws
   * `AssertionError` that says what was received instead.
   */
  expectDelivery(payload: Matcher, patience?: Patience): Promise<Delivery> {
    return this.#inbox.expect(payload, patience);
  }

  /** All has been read, and nothing more is on its way. Throws `AssertionError`. */
  expectNothing(): Promise<void> {
    return this.#inbox.expectNothing();
  }

  /** The router has ended the subscription, or ends it within the time, with this code. Throws `AssertionError`. */
  expectRefusal(code?: ErrorCode, patience?: Patience): Promise<RouterError> {
    return this.#ends.expect(code, patience);
  }

  #receive(publication: Publication, message?: QueueDelivery): Frame {
    const { channel, payload, position } = publication;
    if (position !== undefined) this.#last = position;
    this.#inbox.push({ channel, payload: payload.value, publication, ...(message && { message }) });
    return Frame.text(payload.text);
  }
}
