import type { Broker, BrokerHealth, BrokerListener, ChannelSelection, Keeping } from '../../core/broker.js';
import { RouterError } from '../../core/errors.js';
import { every } from '../../core/interval.js';
import type { Logger } from '../../core/logger.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Meter } from '../../core/meter.js';
import type { Position } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import type { HistoryPolicy } from '../../core/route.js';
import { compareDue, nextComparison } from './comparing.js';
import { publicationOf, readPush } from './entry.js';
import type { RedisLink } from './link.js';
import { LiveChannel } from './live-channel.js';
import { RecentMemory } from './recent.js';
import { RedisArchive } from './redis-archive.js';
import { RedisHistory } from './redis-history.js';
import { isKept, RedisPublishing } from './redis-publishing.js';
import { HISTORY, PASS, PUBLISH, READ } from './scripts.js';

export interface RedisBrokerParts {
  /** Shared with other parts; whoever made it closes it. */
  readonly link: RedisLink;
  readonly meter: Meter;
  readonly logger: Logger;
  /** Channels with a retained publication at most; where there are more, those go that were retained on longest ago. */
  readonly limits: { readonly retained: number };
  /** Milliseconds that a history lives after it was last used; 30 days if left out. */
  readonly keptFor?: number;
}

/** A channel that the node hears. */
interface Heard {
  /** Undefined where it has no history. */
  readonly live: LiveChannel | undefined;
  /** Whether Redis sends it for its own sake. */
  isActive: boolean;
  opening: Promise<Position | undefined> | undefined;
}

const THIRTY_DAYS = 30 * 86_400_000;

/** Octets of what was delivered lately that a node remembers, so that those who come back all at once are answered from memory. */
const REMEMBERED = 32 * 1024 ** 2;

const NOBODY: BrokerListener = { deliver: () => undefined, lost: () => undefined };

/**
 * Many nodes on Redis. A publication is kept and published by one script, and comes back to this node as to all others; what each
 * channel has delivered is compared with it (live-channel.ts), and read from Redis where something is missing.
 */
export class RedisBroker implements Broker {
  readonly #parts: RedisBrokerParts;
  readonly #history: RedisHistory;
  readonly #archive: RedisArchive;
  readonly #publishing: RedisPublishing;
  readonly #memory = new RecentMemory(REMEMBERED);
  readonly #heard = new Map<string, Heard>();
  #listener: BrokerListener = NOBODY;
  #patterns = 0;
  #isClosed = false;
  #stop: (() => void) | undefined;

  constructor(parts: RedisBrokerParts) {
    const { link, limits, keptFor = THIRTY_DAYS } = parts;
    this.#parts = parts;
    this.#history = new RedisHistory(link, keptFor);
    this.#archive = new RedisArchive(link, this.#history);
    this.#publishing = new RedisPublishing(link, { ...limits, keptFor });
    link.prepare(PUBLISH, PASS, READ, HISTORY);
    link.watch({ restored: () => this.#restored() });
  }

  get health(): BrokerHealth {
    return this.#parts.link.health;
  }

  /** Throws an error for people where Redis cannot be reached. */
  async start(listener: BrokerListener): Promise<void> {
    this.#listener = listener;
    await this.#parts.link.start();
    const failed = (error: unknown) =>
      this.#parts.logger.error({ event: 'comparison_failed', error }, 'channels not compared');
    this.#stop = every(1000, () => compareDue(this.#live()), failed);
  }

  subscribe(channel: string, history?: HistoryPolicy): MaybePromise<Position | undefined> {
    const known = this.#heard.get(channel);
    if (known !== undefined && (history === undefined || known.live !== undefined))
      return known.opening ?? known.live?.last;
    if (known !== undefined) this.unsubscribe(channel);
    const heard: Heard = {
      live: history && this.#createLive(channel),
      isActive: false,
      opening: undefined,
    };
    this.#heard.set(channel, heard);
    heard.opening = this.#open(channel, heard).finally(() => (heard.opening = undefined));
    return heard.opening;
  }

  unsubscribe(channel: string): void {
    const heard = this.#heard.get(channel);
    if (heard === undefined) return;
    this.#heard.delete(channel);
    heard.live?.close();
    this.#parts.link.unsubscribe(this.#nameOf(channel));
  }

  async subscribePattern(): Promise<void> {
    if (++this.#patterns > 1) return;
    const heard = this.#parts.link.hearAll((message, channel) => this.#overheard(message, channel));
    await heard.catch(unlessAway);
  }

  unsubscribePattern(): void {
    if (--this.#patterns === 0) this.#parts.link.hearNoMore();
  }

  publish(publication: Publication, keeping?: Keeping): MaybePromise<Publication> {
    if (this.#isClosed) return Promise.reject(new RouterError('unavailable', 'the broker is closed'));
    if (keeping !== undefined && isKept(keeping)) return this.#keep(publication, keeping);
    const { link, meter } = this.#parts;
    if (link.isUp(this.#nameOf(publication.channel))) return this.#publishing.pass(publication);
    meter.count('signalbox_degraded_publications_total');
    this.#deliver(publication);
    return publication;
  }

  async recover(
    channel: string,
    since: Position,
    limit: number,
  ): Promise<readonly Publication[] | undefined> {
    const { link } = this.#parts;
    const live = link.isUp(this.#nameOf(channel)) ? this.#heard.get(channel)?.live : undefined;
    const remembered = live?.after(since);
    if (remembered === undefined) return this.#history.recover(channel, since, limit);
    return remembered.length > limit ? undefined : remembered;
  }

  retained(selection: ChannelSelection): Promise<readonly Publication[]> {
    return this.#archive.retained(selection);
  }

  history(selection: ChannelSelection): Promise<readonly Publication[]> {
    return this.#archive.history(selection);
  }

  close(): void {
    this.#isClosed = true;
    this.#stop?.();
    this.#listener = NOBODY;
    for (const channel of [...this.#heard.keys()]) this.unsubscribe(channel);
    if (this.#patterns > 0) this.#parts.link.hearNoMore();
    this.#patterns = 0;
  }

  #nameOf(channel: string): string {
    return this.#parts.link.names.of('c', channel);
  }

  #createLive(channel: string): LiveChannel {
    return new LiveChannel({
      channel,
      memory: this.#memory,
      read: (since) => this.#history.read(channel, since),
      deliver: (publication) => this.#deliver(publication),
      lost: (position) => this.#lost(channel, position),
      foreign: () => this.#foreign(),
    });
  }

  async #open(channel: string, heard: Heard): Promise<Position | undefined> {
    const { link } = this.#parts;
    const name = this.#nameOf(channel);
    const subscribed = link.subscribe(name, (message) => this.#received(channel, heard, message));
    try {
      await (heard.live === undefined ? subscribed.catch(unlessAway) : subscribed);
      heard.isActive = true;
      if (heard.live === undefined) return undefined;
      heard.live.due = nextComparison();
      return await heard.live.open(this.#patterns > 0 ? () => link.settled(name) : undefined);
    } catch (error) {
      if (this.#heard.get(channel) === heard) this.unsubscribe(channel);
      throw error;
    }
  }

  async #keep(publication: Publication, keeping: Keeping): Promise<Publication> {
    const accepted = await this.#publishing.keep(publication, keeping);
    const { position, outcome, channel } = accepted;
    if (position !== undefined && outcome === undefined) this.#heard.get(channel)?.live?.published(position);
    return accepted;
  }

  #received(channel: string, heard: Heard, message: Buffer): void {
    heard.isActive = true;
    const push = readPush(message, channel);
    if (push === undefined) this.#foreign();
    else if (heard.live === undefined) this.#deliver(publicationOf(push));
    else heard.live.received(push);
  }

  /** What comes for the sake of patterns, and does not come otherwise. */
  #overheard(message: Buffer, channel: string): void {
    if (this.#heard.get(channel)?.isActive === true) return;
    const push = readPush(message, channel);
    if (push === undefined) this.#foreign();
    else this.#deliver(publicationOf(push));
  }

  #deliver(publication: Publication): void {
    try {
      this.#listener.deliver(publication);
    } catch (error) {
      this.#parts.logger.error(
        { event: 'delivery_failed', channel: publication.channel, error },
        'publication not delivered',
      );
    }
  }

  #lost(channel: string, position: Position): void {
    this.#parts.logger.warn(
      { event: 'publications_lost', channel, offset: position.offset },
      'publications lost',
    );
    this.#listener.lost(channel, position);
  }

  #foreign(): void {
    this.#parts.meter.count('signalbox_foreign_messages_total');
  }

  *#live(): Generator<LiveChannel> {
    for (const { live } of this.#heard.values()) if (live !== undefined) yield live;
  }

  #restored(): void {
    for (const live of this.#live()) live.due = 0;
    void compareDue(this.#live());
  }
}

/** Who is subscribed while Redis is away is subscribed when it is back. */
function unlessAway(error: unknown): void {
  if (!(error instanceof RouterError)) throw error;
}
