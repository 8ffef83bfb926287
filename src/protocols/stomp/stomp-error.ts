import type { RouterError } from '../../core/errors.js';

/** What a peer did against the protocol: it is told why, and its connection ends whatever `stomp.on_error` says. */
export class StompError extends Error {
  override readonly name = 'StompError';
  readonly refusal: RouterError;

  constructor(refusal: RouterError) {
    super(refusal.message, { cause: refusal });
    this.refusal = refusal;
  }
}
