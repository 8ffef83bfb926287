import { isPromise } from '../core/maybe-promise.js';
import type { GroupContext } from './group-context.js';
import { LiveTopic } from './live-topic.js';
import { presenceOf, watchedBy } from './presence-channel.js';
import { PresenceTopic } from './presence-topic.js';
import type { Placement, Routing } from './routing.js';
import { noRoute } from './withdrawn-access.js';

/** The live channels of a node. Neither a refusal nor a publish to nobody leaves one behind. */
export class Topics {
  readonly #routing: Routing;
  readonly #context: GroupContext;
  readonly #live = new Map<string, LiveTopic>();
  #lastIdle: LiveTopic | undefined;

  constructor(routing: Routing, context: GroupContext) {
    this.#routing = routing;
    this.#context = context;
  }

  get live(): ReadonlyMap<string, LiveTopic> {
    return this.#live;
  }

  /**
   * The topic of a channel, live or not. The last idle one is remembered, as publications to channels without
   * subscribers come in runs. Throws `no_such_route`.
   */
  find(channel: string): LiveTopic {
    const live = this.#live.get(channel);
    if (live !== undefined) {
      if (live.isWithdrawn) throw noRoute(channel);
      return live;
    }
    if (this.#lastIdle?.channel !== channel) this.#lastIdle = this.#create(channel);
    return this.#lastIdle;
  }

  /** The same for channels that are no stranger's word: undefined where no route, or none with a handler, is there for it. */
  known(channel: string): LiveTopic | undefined {
    try {
      return this.find(channel);
    } catch {
      return undefined;
    }
  }

  /** Makes a topic live until it is released and idle, unless another has become so meanwhile. */
  hold(topic: LiveTopic): LiveTopic {
    if (!this.#live.has(topic.channel)) this.#live.set(topic.channel, topic);
    return topic.hold();
  }

  release(topic: LiveTopic): void {
    topic.release();
    if (!topic.idle) return;
    if (this.#live.get(topic.channel) === topic) this.#live.delete(topic.channel);
    const done = topic.detach();
    if (isPromise(done)) {
      done.catch((error: unknown) =>
        this.#context.logger.error(
          { event: 'broker_unsubscribe_failed', error },
          'broker unsubscribe failed',
        ),
      );
    }
  }

  /** The routing has been replaced: all go on by it. Returns those about which anything is different. */
  move(): readonly LiveTopic[] {
    this.#lastIdle = undefined;
    return [...this.#live.values()].filter((topic) => topic.move(this.#placementOf(topic)));
  }

  /** Of a presence channel that of the channel that it is about. Undefined where nobody serves it. */
  #placementOf({ channel }: LiveTopic): Placement | undefined {
    try {
      return this.#routing.place(watchedBy(channel) ?? channel);
    } catch (error) {
      this.#context.logger.warn(
        { event: 'channel_not_served', channel, error },
        'channel not served any more',
      );
      return undefined;
    }
  }

  #create(channel: string): LiveTopic {
    const watched = watchedBy(channel);
    return watched === undefined ? this.#routed(channel) : this.#presenceOf(watched);
  }

  #presenceOf(watched: string): LiveTopic {
    // Not the presence of presence, which has no route in the table.
    const topic = this.#live.get(watched) ?? this.#routed(watched);
    presenceOf(topic.request.route);
    return new PresenceTopic(topic, { context: this.#context, live: () => this.find(watched) });
  }

  #routed(channel: string): LiveTopic {
    const placement = this.#routing.place(channel);
    if (placement === undefined) throw this.#routing.table.noRoute(channel);
    return new LiveTopic(placement.request, placement.served, this.#context);
  }
}
