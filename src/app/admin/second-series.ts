import type { Series } from '../../core/node-overview.js';

/** Milliseconds between two rows. */
const STEP = 1000;
/** Five minutes. */
const ROWS = 300;

/** What is counted all the time, and what is so at this moment. */
export interface SecondFigures {
  readonly sessions: number;
  readonly channels: number;
  /** These three since the start. */
  readonly publications: number;
  readonly deliveries: number;
  readonly refusals: number;
  /** Of one core. */
  readonly cpu: number;
  /** Milliseconds. */
  readonly loopDelay: number;
}

const COUNTED = ['publications', 'deliveries', 'refusals'] as const;
const NAMES = ['sessions', 'channels', ...COUNTED, 'cpu', 'loopDelay'] as const;

/** The figures of the last five minutes, second by second; what is counted as so many a second. */
export class SecondSeries {
  readonly #rows: (readonly number[])[] = [];
  #next = 0;
  #before: { readonly at: number; readonly figures: SecondFigures } | undefined;

  /** Takes the figures of a moment, in milliseconds of a clock that only grows, and returns their row. */
  add(at: number, figures: SecondFigures): readonly number[] {
    const seconds = this.#before === undefined ? 1 : Math.max(0.001, (at - this.#before.at) / 1000);
    const before = this.#before?.figures ?? figures;
    const { sessions, channels, cpu, loopDelay } = figures;
    const rates = COUNTED.map((name) => rounded((figures[name] - before[name]) / seconds, 10));
    const row = [sessions, channels, ...rates, rounded(cpu, 1000), rounded(loopDelay, 10)];
    this.#rows[this.#next] = row;
    this.#next = (this.#next + 1) % ROWS;
    this.#before = { at, figures };
    return row;
  }

  get series(): Series {
    const isFull = this.#rows.length === ROWS;
    const oldest = isFull ? this.#next : 0;
    return {
      step: STEP,
      names: NAMES,
      rows: [...this.#rows.slice(oldest), ...this.#rows.slice(0, oldest)],
    };
  }
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
