import type { Trial } from './trial.js';

export type Size = 'small' | 'full';

/** How much of everything there is. */
export interface Scale {
  readonly nodes: number;
  readonly subscribers: number;
  readonly channels: number;
  readonly publishers: number;
  /** Publications a second of each publisher. */
  readonly rate: number;
  /** Seconds under load; faults that come in turn are as many as fit. */
  readonly seconds: number;
}

/** A fault, what it is done to, and what has to hold beside the invariants. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly sizes: Readonly<Record<Size, Scale>>;
  readonly needs?: 'redis';
  /** Whether subscribers may be told of gaps: where something is lost for good, they have to be. */
  readonly mayAnnounce?: boolean;
  /** Starts what it needs, with the load, and does what it does. */
  run(trial: Trial): Promise<void>;
}
