import { describeActor } from '../../../core/actor.js';
import type { Logger } from '../../../core/logger.js';
import type { Principal } from '../../../core/session.js';

/** Writes down what operators do, whether it is refused or not: who holds the key can be anybody. */
export class ActionLog {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  write(
    action: string,
    { principal, ...fields }: { readonly principal?: Principal } & Record<string, unknown>,
  ): void {
    const as = principal && describeActor(principal);
    this.#logger.info(
      { event: 'operator_acted', action, ...fields, ...(as !== undefined && { as }) },
      'operator',
    );
  }
}
