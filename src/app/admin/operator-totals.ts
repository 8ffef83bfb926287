import type { Meter, Timing } from '../../core/meter.js';

const DISCONNECTS = 'signalbox_disconnects_total';

/** Passes on what is counted, and knows the sums that operators are shown, which the metrics do not give back at once. */
export class OperatorTotals implements Meter {
  readonly #meter: Required<Meter>;
  readonly #totals = new Map<string, number>();

  constructor(meter: Required<Meter>) {
    this.#meter = meter;
  }

  count(name: string, labels?: Readonly<Record<string, string>>): void {
    this.#meter.count(name, labels);
    const key = name === DISCONNECTS ? name + labels?.['code'] : name;
    this.#totals.set(key, this.total(key) + 1);
  }

  timing(name: string, labels?: Readonly<Record<string, string>>): Timing {
    return this.#meter.timing(name, labels);
  }

  /** Of a counter, whatever its labels. */
  total(name: string): number {
    return this.#totals.get(name) ?? 0;
  }

  /** Connections ended with a close code. */
  disconnects(code: number): number {
    return this.total(DISCONNECTS + code);
  }
}
