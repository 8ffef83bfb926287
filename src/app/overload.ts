import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Load, LoadLevel } from '../core/load.js';
import type { Logger } from '../core/logger.js';
import { StallLog } from './stall-log.js';

/** Milliseconds between two looks at the loop, which the delays contain. */
const RESOLUTION = 20;
/** Milliseconds of one second of the loop. */
const SECOND = 1000;
/** Seconds that are looked at, and how many of them have to be late. */
const SECONDS = 5;
const LATE = 3;

/**
 * How much the event loop has to do, by how late it was in the last seconds: over the limit in three of five is level 1, over twice
 * the limit level 2. A level is left when none of the five was over half of what led to it, so that it does not flicker.
 */
export class LoadGauge implements Load {
  readonly #limit: number;
  #level: LoadLevel = 0;
  /** Milliseconds. */
  #delays: readonly number[] = [];

  /** `limit` is in milliseconds. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get level(): LoadLevel {
    return this.#level;
  }

  /** How late the loop was in the last second. */
  observe(delay: number): void {
    this.#delays = [...this.#delays, delay].slice(-SECONDS);
    if (this.#isHeld(2)) this.#level = 2;
    else this.#level = this.#isHeld(1) ? 1 : 0;
  }

  /** Entered by several seconds over the limit, left by all of them under half of it. */
  #isHeld(level: 1 | 2): boolean {
    const limit = level * this.#limit;
    const late = this.#delays.filter((delay) => delay > limit).length;
    return late >= LATE || (this.#level >= level && this.#delays.some((delay) => delay > limit / 2));
  }
}

/** Watches the event loop of this process, once for all who ask: each look wakes an idle process. Without a limit the level is 0. */
export class Overload implements Load {
  readonly #gauge: LoadGauge | undefined;
  readonly #logger: Logger;
  readonly #stalls: StallLog;
  #delays: IntervalHistogram | undefined;
  #timer: NodeJS.Timeout | undefined;
  #delay = 0;
  #worst = 0;

  constructor(limit: number | undefined, logger: Logger) {
    this.#gauge = limit === undefined ? undefined : new LoadGauge(limit);
    this.#logger = logger;
    this.#stalls = new StallLog(logger);
  }

  get level(): LoadLevel {
    return this.#gauge?.level ?? 0;
  }

  /** Milliseconds that the loop was late by in the last second. */
  get delay(): number {
    return this.#delay;
  }

  /** Milliseconds that it was late by at most since this was called last. */
  takeWorst(): number {
    const worst = Math.max(this.#worst, latest(this.#delays));
    this.#worst = 0;
    return worst;
  }

  start(): void {
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
    delays.enable();
    this.#delays = delays;
    this.#timer = setInterval(() => this.#look(delays), SECOND).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delays?.disable();
  }

  #look(delays: IntervalHistogram): void {
    const before = this.level;
    const p99 = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION);
    const late = latest(delays);
    this.#worst = Math.max(this.#worst, late);
    this.#stalls.observe(late, performance.now());
    delays.reset();
    this.#delay = p99;
    this.#gauge?.observe(p99);
    if (this.level !== before)
      this.#logger.warn({ event: 'load_changed', load: this.level, delay: Math.round(p99) }, 'load');
  }
}

function latest(delays: IntervalHistogram | undefined): number {
  return Math.max(0, (delays?.max ?? 0) / 1e6 - RESOLUTION);
}
