/** Values below this are kept as they are; above it, to one part in as many. */
const STEPS = 256;

/** Counts times without keeping them: percentiles are exact to half a percent, in memory that does not grow. */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #size = 0;
  #max = 0;

  get size(): number {
    return this.#size;
  }

  get max(): number {
    return this.#max;
  }

  /** Adds a time, in milliseconds; one below 0 counts as 0. */
  add(milliseconds: number): void {
    const micros = Math.max(0, Math.round(milliseconds * 1000));
    const bucket = bucketOf(micros);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#size++;
    this.#max = Math.max(this.#max, micros / 1000);
  }

  /** The time that so many percent did not exceed; 0 where there is none. */
  percentile(percent: number): number {
    const rank = Math.ceil((percent / 100) * this.#size);
    let seen = 0;
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= rank) return Math.min(this.#max, greatestOf(bucket) / 1000);
    }
    return 0;
  }
}

/** Each power of two has half as many buckets as there are steps. */
function bucketOf(micros: number): number {
  if (micros < STEPS) return micros;
  const shift = Math.floor(Math.log2(micros / STEPS)) + 1;
  return shift * STEPS + Math.floor(micros / 2 ** shift);
}

/** The greatest value of a bucket. */
function greatestOf(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const shift = Math.floor(bucket / STEPS);
  return ((bucket % STEPS) + 1) * 2 ** shift - 1;
}
