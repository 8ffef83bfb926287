import type { Answer, Deliveries } from './deliveries.js';
import type { StompFrame } from './frame-reader.js';
import { requireHeader } from './require-header.js';
import type { Step } from './transactions.js';
import type { Wire } from './wire.js';

export interface AcknowledgingParts {
  readonly wire: Wire;
  readonly deliveries: Deliveries;
  /** Told of what is against the specification and served all the same. */
  tolerate(what: string): void;
}

const FALSE = /^false$/i;

/** The answers of one session to what it was sent of queues. On topics they mean nothing. [STOMP 1.2 §ACK] */
export class Acknowledging {
  readonly #parts: AcknowledgingParts;

  constructor(parts: AcknowledgingParts) {
    this.#parts = parts;
  }

  /** What an ACK or NACK does. Throws `bad_request` for one that does not say of what. */
  prepare(frame: StompFrame): Step {
    const { deliveries } = this.#parts;
    const answer = answerOf(frame);
    const id = this.#idOf(frame);
    const receipt = frame.headers.get('receipt');
    if (deliveries.find(id) === undefined && id.includes('.')) this.#parts.tolerate('unknown_message');
    return {
      kind: 'answer',
      receipt,
      run: () => {
        const found = deliveries.find(id);
        return found === undefined ? undefined : deliveries.answer(found, answer);
      },
    };
  }

  /** 1.2 goes by `id` alone; before, `message-id` is enough, as no two messages of a connection have the same. */
  #idOf(frame: StompFrame): string {
    return requireHeader(frame, this.#parts.wire.version === '1.2' ? 'id' : 'message-id');
  }
}

function answerOf({ command, headers }: StompFrame): Answer {
  if (command === 'ACK') return 'acknowledge';
  return FALSE.test(headers.get('requeue')?.trim() ?? '') ? 'discard' : 'requeue';
}
