import type { Ending, Heard } from './codec.js';
import type { SyncError } from './sync-error.js';

/** Where the connection stands. `waiting` is the pause before a retry; only `connect` or `reconnect` leave `closed`. */
export type State = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';

/** The retry that is due in `delay` ms, the how manieth since the connection was stable. */
export interface Retry {
  readonly retries: number;
  readonly delay: number;
}

/** The begin of a time without connection. `delay` is undefined if nobody will try again. */
export interface Outage extends Ending {
  readonly retries: number;
  readonly delay: number | undefined;
}

/** What the link tells its client. */
export interface LinkListener {
  entered(state: State): void;
  heard(message: Heard): void;
  /** The conversation is over, whoever ended it. */
  ended(why: Ending): void;
  /** An outage begins. */
  lost(outage: Outage): void;
  /** A retry is due in `delay` ms. */
  retry(next: Retry): void;
  failed(error: SyncError): void;
}
