import type { Logger } from '../core/logger.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import type { Meter } from '../core/meter.js';
import type { DeadLetter } from '../core/queue.js';
import type { Topics } from './topics.js';

export interface DeadLetterParts {
  readonly topics: Topics;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** Puts what nobody consumed where its route says. */
export class DeadLetters {
  readonly #parts: DeadLetterParts;

  constructor(parts: DeadLetterParts) {
    this.#parts = parts;
  }

  /** Nobody's right to publish is asked, and no handler. What has nowhere to go is dropped, and counted. */
  bury(letter: DeadLetter): MaybePromise<void> {
    const { topics, meter } = this.#parts;
    const { publication, reason, attempts } = letter;
    const { channel, payload, headers, trace } = publication;
    const target = this.#targetOf(letter);
    const topic = target === undefined || target === channel ? undefined : topics.known(target);
    const count = () =>
      meter.count('signalbox_dead_letters_total', { reason, kept: String(topic !== undefined) });
    if (topic === undefined) {
      count();
      return this.#drop(letter);
    }
    const about = {
      'original-destination': channel,
      'dead-letter-reason': reason,
      'delivery-count': String(attempts),
    };
    return after(topic.forward(payload, { headers: { ...headers, ...about } }, trace), count);
  }

  /** As its route says now: a store does not know. */
  #targetOf({ publication, policy }: DeadLetter): string | undefined {
    const queue = this.#parts.topics.known(publication.channel)?.request.route.queue ?? policy;
    return queue.deadLetter;
  }

  #drop({ publication: { channel, id }, reason }: DeadLetter): void {
    this.#parts.logger.debug(
      { event: 'dead_letter_dropped', channel, publication: id, reason },
      'dead letter dropped',
    );
  }
}
