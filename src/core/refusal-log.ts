import { LogBudget } from './log-budget.js';
import type { LogFields, Logger } from './logger.js';

/** Writes a line for each refusal while they are few, and says how many were left out when they were many. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #budget = new LogBudget();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** At the level `info`. Fields that take work to find are asked for only when the line is written. */
  write(fields: LogFields | (() => LogFields), message: string): void {
    const omitted = this.#budget.spend(performance.now());
    if (omitted === undefined) return;
    const found = typeof fields === 'function' ? fields() : fields;
    this.#logger.info(omitted === 0 ? found : { ...found, omitted }, message);
  }
}
