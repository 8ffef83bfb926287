import type { Match } from './match.js';
import type { MaybePromise } from './maybe-promise.js';
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
}

/** Carries publications between nodes, and keeps some. Calls for one channel take effect in the order made. */
export interface Broker {
  /** `deliver` is called for every publication on a subscribed channel, in channel order. */
  start(deliver: (publication: Publication) => void): MaybePromise<void>;
  subscribe(channel: string): MaybePromise<void>;
  unsubscribe(channel: string): MaybePromise<void>;
  /**
   * From now on `deliver` is called for every publication on a channel of the pattern, once even where it is subscribed in
   * several ways. Left out by brokers that deliver everything anyway.
   */
  subscribePattern?(pattern: ChannelSelection): MaybePromise<void>;
  unsubscribePattern?(pattern: ChannelSelection): MaybePromise<void>;
  /** Resolves when the publication is accepted. What is kept of it is kept before it is delivered. */
  publish(publication: Publication, keeping?: Keeping): MaybePromise<Publication>;
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
