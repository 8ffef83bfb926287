import type { Timing } from '../core/meter.js';

/** Upper bounds in seconds: as few as tell apart what is unnoticed, what is slow, and what blocks. */
const BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5] as const;

/** A sample as the registry writes it. */
interface Written {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** How long one kind of thing took. To note it costs some nanoseconds and no memory. */
class Buckets implements Timing {
  readonly labels: Readonly<Record<string, string>>;
  readonly #counts = new Float64Array(BOUNDS.length + 1);
  #sum = 0;

  constructor(labels: Readonly<Record<string, string>>) {
    this.labels = labels;
  }

  observe(milliseconds: number): void {
    const seconds = milliseconds / 1000;
    let at = 0;
    while (at < BOUNDS.length && seconds > (BOUNDS[at] as number)) at++;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sum += seconds;
  }

  samples(name: string): readonly Written[] {
    const { labels } = this;
    const written: Written[] = [];
    let count = 0;
    for (const [at, bound] of [...BOUNDS, '+Inf'].entries()) {
      count += this.#counts[at] as number;
      written.push({ metricName: `${name}_bucket`, labels: { le: bound, ...labels }, value: count });
    }
    written.push({ metricName: `${name}_sum`, labels, value: this.#sum });
    written.push({ metricName: `${name}_count`, labels, value: count });
    return written;
  }
}

/** All timings under one name: a histogram for the registry, which asks for no more than name, help, type and values. */
export class TimingFamily {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly #kinds = new Map<string, Buckets>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  /** The one for these labels, always the same. */
  of(labels: Readonly<Record<string, string>>): Timing {
    const key = Object.values(labels).join('\n');
    const known = this.#kinds.get(key) ?? new Buckets(labels);
    this.#kinds.set(key, known);
    return known;
  }

  /** Keeps the kinds that `isKept` says of their labels, for routes that are gone. */
  keep(isKept: (labels: Readonly<Record<string, string>>) => boolean): void {
    for (const [key, { labels }] of this.#kinds) if (!isKept(labels)) this.#kinds.delete(key);
  }

  async get(): Promise<object> {
    const { name, help, type } = this;
    const values = [...this.#kinds.values()].flatMap((kind) => kind.samples(name));
    return { name, help, type, values, aggregator: 'sum' };
  }
}
