import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { FIRST_SEQUENCE } from './payload.mjs';

/** How late deliveries are: from before a publication is written to when a subscriber has read it. */
export class Latency {
  #sentAt = [];
  #late = createHistogram();

  sent(sequence) {
    this.#sentAt[sequence - FIRST_SEQUENCE] = performance.now();
  }

  arrived(sequence) {
    const milliseconds = performance.now() - this.#sentAt[sequence - FIRST_SEQUENCE];
    this.#late.record(Math.max(1, Math.round(milliseconds * 1000)));
  }

  /** Milliseconds. */
  figures() {
    const at = (percentile) => this.#late.percentile(percentile) / 1000;
    return { p50: at(50), p99: at(99), longest: this.#late.max / 1000 };
  }
}

/** Calls `publish(count)` so that it has been asked for `rate` a second, whatever the timers do. */
export async function steadily({ rate, seconds }, publish) {
  const start = performance.now();
  let asked = 0;
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - start) {
    const due = Math.floor((elapsed * rate) / 1000) - asked;
    if (due > 0) publish(due);
    asked += due;
    await sleep(1);
  }
}
