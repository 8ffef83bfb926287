import type { Conversation } from './codec.js';
import { SyncError } from './sync-error.js';

/** Something to say as soon as there is a connection. */
export interface Letter {
  readonly channel: string;
  /** Whether it may be said twice. */
  readonly retry?: boolean;
  /** `settled` is called when nothing more will be heard of it. */
  send(conversation: Conversation, settled: () => void): void;
  refuse(error: SyncError): void;
}

/** What waits for a connection, in order and bounded: one too many refuses the oldest. */
export class Outbox {
  #letters: Letter[] = [];
  /** What was said and is not settled. */
  readonly #underWay = new Set<Letter>();

  get size(): number {
    return this.#letters.length;
  }

  add(letter: Letter, limit: number): void {
    this.#letters.push(letter);
    this.#bound(limit);
  }

  /** Sends a letter at once; one that the protocol has no words for is refused. Throws what JSON cannot say. */
  post(letter: Letter, conversation: Conversation): void {
    this.#underWay.add(letter);
    try {
      letter.send(conversation, () => this.#underWay.delete(letter));
    } catch (cause) {
      this.#underWay.delete(letter);
      if (!(cause instanceof SyncError)) throw cause;
      letter.refuse(refusedBy(cause, letter.channel));
    }
  }

  send(conversation: Conversation): void {
    for (const letter of this.#letters.splice(0)) {
      try {
        this.post(letter, conversation);
      } catch (cause) {
        letter.refuse(refusedBy(cause, letter.channel));
      }
    }
  }

  /** The connection has ended. What may be said twice waits again, as the first, since nothing waited; the rest is refused. */
  lost(why: SyncError, limit: number): void {
    const letters = [...this.#underWay];
    this.#underWay.clear();
    this.#letters.push(...letters.filter(({ retry }) => retry));
    for (const letter of letters) if (!letter.retry) this.#refuse(letter, why);
    this.#bound(limit);
  }

  /** Refuses everything. */
  discard(code: string, message: string): void {
    for (const letter of this.#letters.splice(0)) this.#refuse(letter, new SyncError(code, message));
  }

  #bound(limit: number): void {
    while (this.#letters.length > limit) {
      const message = `more than ${limit} messages wait for a connection`;
      const hint = 'wait for connection_established, or raise queueSize';
      this.#refuse(this.#letters.shift(), new SyncError('queue_full', message, { hint }));
    }
  }

  #refuse(letter: Letter | undefined, why: SyncError): void {
    letter?.refuse(refusedBy(why, letter.channel));
  }
}

/** Why something cannot be sent: the protocol has no words for it, or JSON has none. */
export function refusedBy(cause: unknown, channel: string): SyncError {
  const known = cause instanceof SyncError ? cause : new SyncError('bad_request', String(cause), { cause });
  return new SyncError(known.code, known.message, { ...known, channel, cause: known.cause });
}
