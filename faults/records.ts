import type { Position } from '../src/core/position.js';

/** What tells one publication from another, whatever became of it: sequential publishers count from 1 on each channel. */
export interface Mark {
  readonly publisher: string;
  readonly sequence: number;
}

/** A publication of which its publisher was told that it is accepted; in the order in which they were told. */
export interface Acknowledged extends Mark {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
  /** Milliseconds, by the clock of the records. */
  readonly at: number;
}

/** What a subscriber was told, in that order. */
export type Seen =
  /** It is subscribed. `recovered` is undefined where it named no position. */
  | {
      readonly type: 'began';
      readonly position: Position;
      readonly recovered: boolean | undefined;
      readonly at: number;
    }
  | (Mark & { readonly type: 'event'; readonly position: Position; readonly at: number });

/** All that one subscriber was told of one channel, over all of its connections. */
export interface SubscriberLog {
  readonly subscriber: string;
  readonly channel: string;
  readonly seen: readonly Seen[];
}

/** Names a publication among those of its channel. */
export function nameOf({ publisher, sequence }: Mark): string {
  return `${publisher} ${sequence}`;
}
