import { LogBudget } from '../../core/log-budget.js';
import type { Logger } from '../../core/logger.js';
import type { ProcessNews } from './program.js';

/** Characters of what was thrown and is no error. */
const LONGEST = 512;

/** What the process has to tell, as lines of the log in place of Node's own texts. */
export class ProcessLog implements ProcessNews {
  readonly #logger: Logger;
  readonly #budget = new LogBudget();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  warned(warning: Error): void {
    const omitted = this.#spend();
    if (omitted !== undefined)
      this.#logger.warn({ event: 'node_warning', error: warning, ...omitted }, warning.message);
  }

  rejected(reason: unknown): void {
    const omitted = this.#spend();
    if (omitted !== undefined)
      this.#logger.error(
        { event: 'promise_rejected', error: sayable(reason), ...omitted },
        'a promise was rejected, and nobody catches that',
      );
  }

  failed(error: unknown): void {
    this.#logger.error({ event: 'process_failed', error: sayable(error) }, 'an error that nobody catches');
  }

  /** Undefined where nothing more may be written in this second. */
  #spend(): { readonly omitted?: number } | undefined {
    const omitted = this.#budget.spend(performance.now());
    if (omitted === undefined) return undefined;
    return omitted === 0 ? {} : { omitted };
  }
}

/** Anything may be thrown: what is no error may be long, and have secrets. */
function sayable(thrown: unknown): unknown {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown !== 'object' || thrown === null) return String(thrown).slice(0, LONGEST);
  return `no error, but an object with ${Object.keys(thrown).join(', ')}`.slice(0, LONGEST);
}
