import { LogBudget } from './log-budget.js';
import type { Logger } from './logger.js';

/** Writes a line for each refusal while they are few, and says how many were left out when they were many. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #budget = new LogBudget();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** At the level `info`. */
  write(fields: Readonly<Record<string, unknown>>, event: string): void {
    const omitted = this.#budget.spend(performance.now());
    if (omitted !== undefined) this.#logger.info(omitted === 0 ? fields : { ...fields, omitted }, event);
  }
}
