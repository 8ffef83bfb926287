import { RouterError } from '../core/errors.js';
import { isPromise } from '../core/maybe-promise.js';
import type { GroupContext } from './group-context.js';
import { LiveTopic } from './live-topic.js';
import { presenceOf, watchedBy } from './presence-channel.js';
import { PresenceTopic } from './presence-topic.js';
import type { RouteTable } from './route-table.js';
import type { ServedRoutes } from './served-route.js';

/** The live channels of a node. Neither a refusal nor a publish to nobody leaves one behind. */
export class Topics {
  readonly #table: RouteTable;
  readonly #routes: ServedRoutes;
  readonly #context: GroupContext;
  readonly #live = new Map<string, LiveTopic>();
  #lastIdle: LiveTopic | undefined;

  constructor(table: RouteTable, routes: ServedRoutes, context: GroupContext) {
    this.#table = table;
    this.#routes = routes;
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
    if (live !== undefined) return live;
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
    const request = this.#table.match(channel);
    if (request === undefined) throw new RouterError('no_such_route', `no route matches ${channel}`);
    return new LiveTopic(request, this.#routes.of(request.route), this.#context);
  }
}
