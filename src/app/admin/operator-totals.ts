import { DISCONNECT } from '../../core/errors.js';
import type { Meter, Timing } from '../../core/meter.js';

const DISCONNECTS = 'signalbox_disconnects_total';
const SLOW = String(DISCONNECT.slowConsumer.code);

/** Passes on what is counted, and knows the sums that operators are shown, which the metrics do not give back at once. */
export class OperatorTotals implements Meter {
  readonly #meter: Required<Meter>;
  readonly #totals = new Map<string, number>();
  #slow = 0;

  constructor(meter: Required<Meter>) {
    this.#meter = meter;
  }

  count(name: string, labels?: Readonly<Record<string, string>>): void {
    this.#meter.count(name, labels);
    this.#totals.set(name, this.total(name) + 1);
    if (name === DISCONNECTS && labels?.['code'] === SLOW) this.#slow++;
  }

  timing(name: string, labels?: Readonly<Record<string, string>>): Timing {
    return this.#meter.timing(name, labels);
  }

  /** Of a counter, whatever its labels. */
  total(name: string): number {
    return this.#totals.get(name) ?? 0;
  }

  /** Connections ended because their peers took too little. */
  get slow(): number {
    return this.#slow;
  }
}
