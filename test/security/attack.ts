import type { World } from './world.js';

/** Something that an attacker does to a running server, and what comes of it. */
export interface Attack {
  /** Stands in the table; unique among all. */
  readonly id: string;
  /** What the attacker does, in one sentence without full stop. */
  readonly attack: string;
  /** What OroSyncBundle and GosWebSocketBundle make of it; `–` where they have no such thing. */
  readonly ancestor: string;
  /** What `run` has to observe here. */
  readonly ours: string;
  /** Does it, and tells what came of it in the words of `ours`. Throws where the attack cannot even be begun. */
  readonly run: (world: World) => Promise<string>;
}

/** Attacks on one thing. */
export interface AttackTopic {
  readonly title: string;
  readonly attacks: readonly Attack[];
}
