import type { MaybePromise } from '../../core/maybe-promise.js';
import type { DeadReason } from '../../core/queue.js';
import type { HeldMessage } from './held-message.js';
import type { MessageQueue } from './message-queue.js';

/** A message that nobody will consume, and why. */
export interface Burial {
  readonly message: HeldMessage;
  readonly queue: MessageQueue;
  readonly reason: DeadReason;
}

export interface BurialParts {
  /** Resolves when the message is where dead letters go, and forgotten here. */
  bury(burial: Burial): MaybePromise<void>;
  /** Told once for each queue whose dead letters begin to have no room. */
  failed(burial: Burial, error: unknown): void;
}

/** Milliseconds until it is tried again. */
const PAUSE = 1000;

/**
 * Dead letters that cannot be kept at the moment, as those before them have no room either: they are still among the
 * messages of their queue, so that there are no more of them than it holds.
 */
export class Burials {
  readonly #parts: BurialParts;
  /** By queue, the oldest first. Empty as long as all goes well. */
  readonly #waiting = new Map<MessageQueue, Burial[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: BurialParts) {
    this.#parts = parts;
  }

  /** At once, unless others of its queue wait already. Never throws. */
  add(burial: Burial): MaybePromise<void> {
    if (this.#waiting.has(burial.queue)) return this.#keep(burial);
    return this.#try(burial);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #try(burial: Burial): MaybePromise<void> {
    try {
      return this.#parts.bury(burial)?.catch((error: unknown) => this.#fail(burial, error));
    } catch (error) {
      this.#fail(burial, error);
    }
  }

  #fail(burial: Burial, error: unknown): void {
    if (!this.#waiting.has(burial.queue)) this.#parts.failed(burial, error);
    this.#keep(burial);
  }

  #keep(burial: Burial): void {
    const { queue } = burial;
    const waiting = this.#waiting.get(queue) ?? [];
    waiting.push(burial);
    this.#waiting.set(queue, waiting);
    this.#timer ??= setTimeout(() => void this.#tryAll(), PAUSE).unref();
  }

  /** One that fails again is a sign that those after it would. */
  async #tryAll(): Promise<void> {
    const lists = [...this.#waiting.values()];
    await Promise.all(lists.map((waiting) => this.#tryOf(waiting)));
    this.#timer = undefined;
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => void this.#tryAll(), PAUSE).unref();
  }

  async #tryOf(waiting: Burial[]): Promise<void> {
    for (let burial = waiting[0]; burial !== undefined; burial = waiting[0]) {
      try {
        await this.#parts.bury(burial);
      } catch {
        return;
      }
      waiting.shift();
      if (waiting.length === 0) this.#waiting.delete(burial.queue);
    }
  }
}
