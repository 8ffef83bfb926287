import { credentialSource, newCredential } from './credential.js';
import type { Settings } from './options.js';
import { SyncError } from './sync-error.js';

interface RenewalParts {
  readonly settings: () => Settings;
  /** Hands a credential to the server on the open connection. */
  readonly renew: (secret: string) => Promise<unknown>;
  readonly failed: (error: SyncError) => void;
}

/**
 * Renews the identity of the open connection when the server says that it will end. Not at once, since many clients may
 * hear that at the same moment, but within the first half of the time that is left.
 */
export class Renewal {
  readonly #parts: RenewalParts;
  #timer: unknown;
  /** Counts what was begun; what belongs to an earlier one is stale. */
  #turn = 0;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** The identity ends in `left` ms. Who has no way to a new credential does nothing: the server ends the connection. */
  expiring(left: number): void {
    const { clock, random, ...options } = this.#parts.settings();
    if (typeof credentialSource(options)?.give !== 'function') return;
    this.cancel();
    const turn = this.#turn;
    this.#timer = clock.setTimeout(() => void this.#renew(turn), Math.round((random() * left) / 2));
  }

  /** The connection has ended; the next one begins with a new credential. */
  cancel(): void {
    this.#parts.settings().clock.clearTimeout(this.#timer);
    this.#turn++;
  }

  /** A new credential. Throws a `SyncError` if it cannot be had, or if there is no way to one. */
  async credential(): Promise<string> {
    const source = credentialSource(this.#parts.settings());
    const secret = typeof source?.give === 'function' ? await newCredential(source) : undefined;
    if (secret !== undefined) return secret;
    const hint = 'give ticket or token as a function, or a ticketUrl';
    throw new SyncError('renewal_failed', 'there is no way to get a new credential', { hint });
  }

  async #renew(turn: number): Promise<void> {
    try {
      const secret = await this.credential();
      if (turn === this.#turn) await this.#parts.renew(secret);
    } catch (cause) {
      const refusal = cause as SyncError;
      const message = `not renewed: ${refusal.message}`;
      if (turn === this.#turn)
        this.#parts.failed(new SyncError('renewal_failed', message, { ...refusal, cause }));
    }
  }
}
