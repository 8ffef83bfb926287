import type { Match } from './match.js';
import type { MaybePromise } from './maybe-promise.js';
import type { Position } from './position.js';
import type { Publication } from './publication.js';
import type { HistoryPolicy } from './route.js';

/** One channel, or all channels of a pattern. */
export interface ChannelSelection {
  readonly channel: string;
  readonly match: Match;
}

/** What is kept of a publication after it was delivered. */
export interface Keeping {
  /** Whether it takes the place of the one retained before. */
  readonly retain: boolean;
  /** Left out where it does not belong into the history of its channel. */
  readonly history?: HistoryPolicy | undefined;
  /** Names the attempt to publish: another one on this channel within five minutes is not published. */
  readonly key?: string | undefined;
  /** A whole number of at least 1: not published unless it is greater than that of any before in the history of the channel. */
  readonly version?: number | undefined;
}

/** What happens on subscribed channels. */
export interface BrokerListener {
  /** Called for every publication, in channel order, and on channels with a history without a gap. */
  deliver(publication: Publication): void;
  /**
   * What was published since the last delivery on a channel with a history is not to be had: its subscribers have to be told.
   * The channel goes on at its new position.
   */
  lost(channel: string, position: Position): void;
}

/** Whether publications get through. */
export interface BrokerHealth {
  readonly ready: boolean;
  /** What is wrong, for people. */
  readonly reason?: string | undefined;
  /** Milliseconds that what was published last as a test took to come back; undefined where that is not known. */
  readonly latency?: number | undefined;
}

/** Carries publications between nodes, and keeps some. Calls for one channel take effect in the order made. */
export interface Broker {
  /** Left out where nothing can be wrong. */
  readonly health?: BrokerHealth;
  start(listener: BrokerListener): MaybePromise<void>;
  /**
   * Resolves when nothing that is published from now on will be missed. With a policy, to the place in the history after
   * which deliveries follow; a channel without a history begins one.
   */
  subscribe(channel: string, history?: HistoryPolicy): MaybePromise<Position | undefined>;
  unsubscribe(channel: string): MaybePromise<void>;
  /**
   * From now on `deliver` is called for every publication on a channel of the pattern, once even where it is subscribed in
   * several ways. Left out by brokers that deliver everything anyway.
   */
  subscribePattern?(pattern: ChannelSelection): MaybePromise<void>;
  unsubscribePattern?(pattern: ChannelSelection): MaybePromise<void>;
  /**
   * Resolves when the publication is accepted, to what it has become: with its position where it belongs into a history, and
   * with an outcome where it was not published. What is kept of it is kept before it is delivered. Throws `unavailable`; it
   * may have been published all the same then, so that a retry needs a key.
   */
  publish(publication: Publication, keeping?: Keeping): MaybePromise<Publication>;
  /**
   * What was published on a channel after a position, oldest first: all of it, or undefined where that is not known any more or
   * is more than `limit`. Throws `unavailable`.
   */
  recover(channel: string, since: Position, limit: number): MaybePromise<readonly Publication[] | undefined>;
  /**
   * What is retained on the channels, oldest first: of each the newest that is for everybody (but perhaps its author), and
   * after it the newest with a narrower audience, if that is newer. Of a pattern the newest 1,000.
   */
  retained(selection: ChannelSelection): MaybePromise<readonly Publication[]>;
  /**
   * What is kept of the history of the channels, in the order accepted, each as long as its policy said. Of a pattern the
   * newest 10,000, as far as they are not too far back among those of all channels.
   */
  history(selection: ChannelSelection): MaybePromise<readonly Publication[]>;
  close(): MaybePromise<void>;
}
