import { addressGroup } from '../core/address-group.js';
import { overLimit, RouterError } from '../core/errors.js';
import { RateTable } from '../core/rate-table.js';
import { type Rate, rateText } from '../core/token-bucket.js';

export interface AdmissionOptions {
  /** Connections in all. */
  readonly connections: number;
  /** Connections of one address; all of an IPv6 /64 are one. */
  readonly connectionsPerAddress: number;
  /** How often one address may try to connect; undefined for no bound. */
  readonly handshakes: Rate | undefined;
}

/** Counts the open connections, in all and by address, and the handshakes, and refuses the ones over the limits. */
export class AdmissionLimits {
  readonly #limits: AdmissionOptions;
  readonly #handshakes: RateTable | undefined;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(limits: AdmissionOptions) {
    this.#limits = limits;
    this.#handshakes = limits.handshakes && new RateTable(limits.handshakes);
  }

  get count(): number {
    return this.#count;
  }

  /** Counts one more; every success needs a `leave`. Throws `limit_exceeded`, or `unavailable` where all are taken. */
  enter(address: string): void {
    const group = addressGroup(address);
    this.#checkRate(group);
    const { connections, connectionsPerAddress } = this.#limits;
    const ofAddress = this.#byAddress.get(group) ?? 0;
    if (this.#count >= connections) {
      const limit = 'limits.connections';
      throw new RouterError('unavailable', `${limit} of ${connections} is reached`, { limit });
    }
    if (ofAddress >= connectionsPerAddress) {
      const limit = 'limits.connections_per_address';
      throw overLimit(limit, `${limit} of ${connectionsPerAddress} is reached`);
    }
    this.#count++;
    this.#byAddress.set(group, ofAddress + 1);
  }

  leave(address: string): void {
    const group = addressGroup(address);
    const left = (this.#byAddress.get(group) ?? 1) - 1;
    this.#count--;
    if (left === 0) this.#byAddress.delete(group);
    else this.#byAddress.set(group, left);
  }

  #checkRate(group: string): void {
    if (this.#handshakes === undefined || this.#handshakes.tryTake(group, performance.now()) === 0) return;
    const limit = 'limits.handshakes';
    throw overLimit(limit, `${limit} of ${rateText(this.#handshakes.limit)} is reached for this address`);
  }
}
