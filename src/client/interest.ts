import type { Gap } from './progress.js';

/** How the name of a subscription is compared: as it is, as the beginning, or part by part. */
export type Match = 'exact' | 'prefix' | 'wildcard';

/** How a channel is subscribed to. */
export interface SubscribeOptions {
  /**
   * What the channel is: `exact` (the default) its name, `prefix` the beginning of names, `wildcard` a name whose empty
   * parts may be anything, as `oro/email_event//7`.
   */
  readonly match?: Match;
  /** True to be given what the server keeps for who comes late. Counts for the first callback of a channel. */
  readonly getRetained?: boolean;
  /** A position after which to begin, as of a page that was made on the server. Counts for the first callback of a channel. */
  readonly since?: string;
  /** False to miss what comes while there is no connection. Counts for the first callback of a channel. */
  readonly recover?: boolean;
  /** Hears that messages were missed and will not come. */
  readonly onGap?: (gap: Gap) => void;
}

/** What one subscription is for: a channel, or all the channels that a pattern matches. */
export interface Interest extends Omit<SubscribeOptions, 'onGap'> {
  readonly channel: string;
  readonly match: Match;
}

/** Interests in the same channel or pattern have the same key. */
export function keyOf({ channel, match }: Interest): string {
  return `${match} ${channel}`;
}

/** What somebody who subscribes so is interested in. */
export function interestIn(channel: string, { match = 'exact', ...options }: SubscribeOptions): Interest {
  return { ...options, channel, match };
}

/** Interest in one channel by its name. */
export function exactly(channel: string): Interest {
  return { channel, match: 'exact' };
}
