import { RouterError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { Payload } from '../core/payload.js';
import type { PresencePolicy, PresenceWords } from '../core/presence.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import type { TopicHandler } from '../core/topic.js';
import { FrameCache } from './frame-cache.js';
import type { GroupContext } from './group-context.js';
import { UNTIMED } from './hook-times.js';
import { checkLetIn } from './let-in.js';
import { LiveTopic } from './live-topic.js';
import { LocalPublication } from './local-publication.js';
import { PresenceAccess } from './presence-access.js';
import { PRESENCE_ROUTE, presenceChannel, presenceOf } from './presence-channel.js';
import type { PresenceRoster } from './presence-roster.js';
import type { Placement } from './routing.js';
import type { ServedRoute } from './served-route.js';

export interface PresenceTopicParts {
  readonly context: GroupContext;
  /** The topic of the channel that is watched, as it is now. */
  live(): LiveTopic;
}

/** Subscriptions to patterns hear nothing of presence, so there is something to ask. */
const HANDLER: TopicHandler = { onSubscribe: () => undefined };

/**
 * The channel on which it is told who is on another. A newcomer is told who is there, and then what changes; nobody else speaks
 * here.
 */
export class PresenceTopic extends LiveTopic {
  readonly #parts: PresenceTopicParts;
  readonly #watched: string;
  #policy: PresencePolicy;
  /** The route of the channel that it is about, and what that is served with. */
  #placement: Pick<LiveTopic, 'request' | 'handler'>;
  #roster: PresenceRoster | undefined;
  /** What newcomers are sent, and its frames. */
  #words: PresenceWords | undefined;
  #frames: FrameCache | undefined;

  /** Throws `no_such_route` for a channel of which it is not kept who is there. */
  constructor(watched: LiveTopic, parts: PresenceTopicParts) {
    const { channel, route } = watched.request;
    const request = { channel: presenceChannel(channel), route: PRESENCE_ROUTE, params: { channel } };
    const access = new PresenceAccess(watched);
    super(request, servedBy(access, parts.context), parts.context);
    this.#policy = presenceOf(route);
    this.#parts = parts;
    this.#watched = channel;
    const { request: watchedRequest, handler } = watched;
    this.#placement = { request: watchedRequest, handler };
  }

  override checkSubscriber(session: Session): void {
    super.checkSubscriber(session);
    checkLetIn(session, this.#parts.live());
  }

  /** As the channel does that it is about. */
  override move(placement: Placement | undefined): boolean {
    const policy = placement?.request.route.presence;
    if (placement === undefined || policy === undefined) return super.move(undefined);
    const { request, served } = placement;
    const isSame =
      this.#placement.request.route === request.route && this.#placement.handler === served.handler;
    if (isSame && !this.isWithdrawn) return false;
    this.#placement = { request, handler: served.handler };
    if (policy.members !== this.#policy.members) this.#roster?.bound(policy.members);
    this.#policy = policy;
    const access = new PresenceAccess({ access: served.access, request });
    return super.move({ request: this.request, served: servedBy(access, this.#parts.context) });
  }

  override add(subscriber: Subscriber): boolean {
    const isFirst = super.add(subscriber);
    // The group has another id by now, which may be in the frame.
    if (isFirst) this.#words = undefined;
    return isFirst;
  }

  override begin(subscriber: Subscriber): void {
    const words = this.#roster?.words();
    if (words === undefined) return;
    if (this.#frames === undefined || words !== this.#words) this.#frames = this.#framesOf(words);
    this.#words = words;
    subscriber.session.connection.send(this.#frames.for(subscriber));
  }

  protected override async demand(): Promise<void> {
    const { presence } = this.#parts.context;
    if (presence === undefined) throw new RouterError('unavailable', 'this server keeps no presence');
    this.#roster = await presence.watch(this.#watched, this.#policy, this.#tell);
  }

  protected override renounce(): MaybePromise<void> {
    this.#roster = undefined;
    this.#words = undefined;
    this.#frames = undefined;
    return this.#parts.context.presence?.unwatch(this.#watched, this.#tell);
  }

  readonly #tell = (words: PresenceWords): void => {
    this.#parts.context.announce(this.channel, Payload.of(words));
  };

  #framesOf(words: PresenceWords): FrameCache {
    const { numbering } = this.#parts.context;
    return new FrameCache(new LocalPublication(numbering, this.channel, Payload.of(words), undefined), this);
  }
}

/** The server's own route for all channels of presence. */
function servedBy(access: PresenceAccess, { routing: { tallies } }: GroupContext): ServedRoute {
  const tally = tallies.of(PRESENCE_ROUTE.name);
  return { route: PRESENCE_ROUTE, handler: HANDLER, access, publishes: undefined, times: UNTIMED, tally };
}
