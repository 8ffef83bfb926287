import type { Conversation } from './codec.js';
import { SyncError } from './sync-error.js';

/** Something to say as soon as there is a connection. */
export interface Letter {
  readonly channel: string;
  send(conversation: Conversation): void;
  refuse(error: SyncError): void;
}

/** What waits for a connection, in order and bounded: one too many refuses the oldest. */
export class Outbox {
  #letters: Letter[] = [];

  get size(): number {
    return this.#letters.length;
  }

  add(letter: Letter, limit: number): void {
    this.#letters.push(letter);
    while (this.#letters.length > limit) {
      const message = `more than ${limit} messages wait for a connection`;
      const hint = 'wait for connection_established, or raise queueSize';
      this.#refuse(this.#letters.shift(), new SyncError('queue_full', message, { hint }));
    }
  }

  send(conversation: Conversation): void {
    for (const letter of this.#letters.splice(0)) {
      try {
        letter.send(conversation);
      } catch (cause) {
        letter.refuse(refusedBy(cause, letter.channel));
      }
    }
  }

  /** Refuses everything. */
  discard(code: string, message: string): void {
    for (const letter of this.#letters.splice(0)) this.#refuse(letter, new SyncError(code, message));
  }

  #refuse(letter: Letter | undefined, { code, message, hint }: SyncError): void {
    letter?.refuse(new SyncError(code, message, { hint, channel: letter.channel }));
  }
}

/** Sends a letter at once; one that the protocol has no words for is refused. Throws what JSON cannot say. */
export function post(letter: Letter, conversation: Conversation): void {
  try {
    letter.send(conversation);
  } catch (cause) {
    if (!(cause instanceof SyncError)) throw cause;
    letter.refuse(refusedBy(cause, letter.channel));
  }
}

/** Why something cannot be sent: the protocol has no words for it, or JSON has none. */
export function refusedBy(cause: unknown, channel: string): SyncError {
  const known = cause instanceof SyncError ? cause : new SyncError('bad_request', String(cause), { cause });
  return new SyncError(known.code, known.message, { hint: known.hint, channel, cause: known.cause });
}
