import { RouterError } from '../../core/errors.js';

export interface IdempotencySettings {
  /** Outcomes remembered; the oldest go first. */
  readonly size: number;
  /** Milliseconds that an outcome is remembered. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Under which key something is done, and what it is. */
export interface Attempt {
  readonly key: string;
  /** Equal for equal requests. */
  readonly fingerprint: string;
}

/** What came of an attempt, and whether it was somebody earlier who made it. */
export interface Outcome<R> {
  readonly result: R;
  readonly duplicate: boolean;
}

interface Remembered<R> {
  readonly fingerprint: string;
  readonly result: R;
  readonly until: number;
}

interface Running {
  readonly fingerprint: string;
  /** Never rejects. */
  readonly settled: Promise<void>;
}

/** Does a thing once per key: who comes again, even meanwhile, gets the first result. Failures are not remembered. */
export class Idempotency<R> {
  readonly #settings: IdempotencySettings;
  /** In the order of their end, which with one lifetime for all is the order in which they expire. */
  readonly #remembered = new Map<string, Remembered<R>>();
  readonly #running = new Map<string, Running>();

  constructor(settings: IdempotencySettings) {
    this.#settings = settings;
  }

  /** Throws `conflict` if the key was used with another fingerprint, and what `work` throws. */
  async once(attempt: Attempt, work: () => Promise<R>): Promise<Outcome<R>> {
    for (;;) {
      this.#forget();
      const earlier = this.#remembered.get(attempt.key) ?? this.#running.get(attempt.key);
      if (earlier === undefined) return { result: await this.#run(attempt, work), duplicate: false };
      if (earlier.fingerprint !== attempt.fingerprint) throw conflict();
      if ('result' in earlier) return { result: earlier.result, duplicate: true };
      await earlier.settled;
    }
  }

  async #run({ key, fingerprint }: Attempt, work: () => Promise<R>): Promise<R> {
    const running = work();
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.#running.set(key, { fingerprint, settled });
    try {
      const result = await running;
      const until = this.#settings.clock() + this.#settings.ttl;
      this.#remembered.set(key, { fingerprint, result, until });
      return result;
    } finally {
      this.#running.delete(key);
    }
  }

  #forget(): void {
    const now = this.#settings.clock();
    for (const [key, { until }] of this.#remembered) {
      if (until > now && this.#remembered.size <= this.#settings.size) return;
      this.#remembered.delete(key);
    }
  }
}

function conflict(): RouterError {
  return new RouterError('conflict', 'the idempotency key was used for another publication');
}
