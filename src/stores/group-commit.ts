import type { RouterError } from '../core/errors.js';
import type { StoreChange } from './store-requests.js';

interface Pending {
  readonly change: StoreChange;
  readonly size: number;
  resolve(): void;
  reject(error: RouterError): void;
}

/** Changes in the order made. All that is asked for while a commit runs is in the next one. */
export class GroupCommit {
  readonly stats = { commits: 0 };
  readonly #write: (changes: readonly StoreChange[]) => Promise<unknown>;
  readonly #refusalOf: (error: unknown) => RouterError;
  #pending: Pending[] = [];
  #count = 0;
  #octets = 0;
  #running: Promise<void> | undefined;

  /** `write` makes all changes or none; `refusalOf` is asked once for all that failed together. */
  constructor(
    write: (changes: readonly StoreChange[]) => Promise<unknown>,
    refusalOf: (error: unknown) => RouterError,
  ) {
    this.#write = write;
    this.#refusalOf = refusalOf;
  }

  /** Changes that are not committed yet. */
  get count(): number {
    return this.#count;
  }

  /** Octets of the publications in them. */
  get octets(): number {
    return this.#octets;
  }

  /** Resolves when the change is committed. Throws where it is not. */
  make(change: StoreChange): Promise<void> {
    const size = sizeOf(change);
    this.#count++;
    this.#octets += size;
    return new Promise((resolve, reject) => {
      this.#pending.push({ change, size, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is left to commit. */
  async finish(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // What is asked for in the same turn is in the first one.
    await undefined;
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      await this.#settle(batch);
    }
    this.#running = undefined;
  }

  /** Where a disk is full, what is forgotten is forgotten all the same: it makes room. */
  async #settle(batch: readonly Pending[]): Promise<void> {
    const fault = await this.#commit(batch);
    if (fault === undefined) return this.#end(batch);
    const kept = batch.filter(({ size }) => size > 0);
    const forgotten = batch.filter(({ size }) => size === 0);
    this.#end(kept, fault);
    if (forgotten.length > 0) this.#end(forgotten, kept.length === 0 ? fault : await this.#commit(forgotten));
  }

  async #commit(batch: readonly Pending[]): Promise<RouterError | undefined> {
    try {
      await this.#write(batch.map(({ change }) => change));
      this.stats.commits++;
      return undefined;
    } catch (error) {
      return this.#refusalOf(error);
    }
  }

  #end(batch: readonly Pending[], fault?: RouterError): void {
    for (const { size, resolve, reject } of batch) {
      this.#count--;
      this.#octets -= size;
      if (fault === undefined) resolve();
      else reject(fault);
    }
  }
}

/** Octets of what is kept; of what forgets none. */
export function sizeOf(change: StoreChange): number {
  const kept = 'entries' in change ? change.entries : 'body' in change ? [change] : [];
  return kept.reduce((sum, { body, about }) => sum + body.length + about.length, 0);
}
