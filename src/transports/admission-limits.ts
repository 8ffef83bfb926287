import { RouterError } from '../core/errors.js';

/** Counts the open connections, in all and by address, and refuses the ones over the limits. */
export class AdmissionLimits {
  readonly #limits: { readonly connections: number; readonly perAddress: number };
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(limits: { connections: number; perAddress: number }) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts one more; every success needs a `leave`. Throws `unavailable` or `limit_exceeded`. */
  enter(address: string): void {
    const { connections, perAddress } = this.#limits;
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (this.#count >= connections) {
      throw new RouterError('unavailable', `limits.connections of ${connections} is reached`);
    }
    if (ofAddress >= perAddress) {
      throw new RouterError('limit_exceeded', `limits.connections_per_address of ${perAddress} is reached`);
    }
    this.#count++;
    this.#byAddress.set(address, ofAddress + 1);
  }

  leave(address: string): void {
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    this.#count--;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}
