import type { BrokerHealth } from './broker.js';

/** How the node is at this moment; everything in it is told to operators as it is. */
export interface NodeOverview {
  readonly node: {
    readonly id: string;
    readonly version: string;
    /** Milliseconds since 1970. */
    readonly started: number;
    readonly pid: number;
    readonly host: string;
    readonly urls: readonly string[];
  };
  readonly table: { readonly hash: string; readonly routes: number; readonly loaded: number };
  readonly figures: Readonly<Record<string, number>>;
  readonly load: {
    readonly level: number;
    /** Milliseconds that the event loop was late by, in the last second. */
    readonly loopDelay: number;
    /** Of one core, in the last second. */
    readonly cpu: number;
    /** Octets. */
    readonly rss: number;
    readonly heap: number;
  };
  readonly protocols: readonly {
    readonly protocol: string;
    readonly transport: string;
    readonly sessions: number;
  }[];
  readonly broker: BrokerHealth & { readonly kind: string };
}

/** Figures second by second, the oldest first. */
export interface Series {
  /** Milliseconds between two rows. */
  readonly step: number;
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
}
