import type { Logger } from '../../core/logger.js';
import { type Meter, NULL_METER } from '../../core/meter.js';
import { readRedisAddress } from './address.js';
import { ClusterLink } from './cluster-link.js';
import type { RedisLink } from './link.js';
import { Names } from './names.js';
import { SingleLink } from './single-link.js';

export interface LinkOptions {
  /** See `readRedisAddress`. */
  readonly address: string;
  /** What the names of all keys and channels begin with: letters, digits and `_.-`. */
  readonly prefix: string;
  /** This node, in Redis's own list of clients. */
  readonly name: string;
  readonly logger: Logger;
  readonly meter?: Meter;
  /** Milliseconds in which Redis has to answer. */
  readonly timeout?: number | undefined;
  /** Milliseconds that `start` tries for; without them it tries once. */
  readonly patience?: number | undefined;
}

/** A link that is not started. Throws an error for people for an address that cannot be read. */
export function createLink({
  address: text,
  prefix,
  timeout = 1500,
  patience = 0,
  meter = NULL_METER,
  ...shared
}: LinkOptions): RedisLink {
  const address = readRedisAddress(text);
  const names = new Names(prefix, address.kind === 'cluster');
  const parts = { ...shared, names, timeout, patience, meter };
  if (address.kind === 'cluster') return new ClusterLink(address, parts);
  return new SingleLink(address, parts);
}
