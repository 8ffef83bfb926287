import { overLimit, RouterError } from '../../core/errors.js';
import { isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import type { StompFrame } from './frame-reader.js';
import { requireHeader } from './require-header.js';
import type { HeaderPair } from './write-frame.js';

/** What the RECEIPT of a step says; nothing of ACK and NACK. */
export type Outcome = readonly HeaderPair[] | undefined | void;

/** What a SEND, ACK or NACK does when its time has come. */
export interface Step {
  readonly kind: 'send' | 'answer';
  readonly receipt: string | undefined;
  /** `placed` is called when nothing that is done after it can come before it, though it is not done yet. */
  run(placed?: () => void): MaybePromise<Outcome>;
}

export interface TransactionLimits {
  readonly transactions: number;
  readonly transactionFrames: number;
  /** Octets of all that are open. */
  readonly transactionSize: number;
}

interface Transaction {
  readonly steps: Step[];
  size: number;
}

/** Octets that are counted for a frame beside its headers and its body. */
const FRAME = 256;

/** The open transactions of one session. They end with it, and nothing of them happens then. [STOMP 1.2 §BEGIN] */
export class Transactions {
  readonly #limits: TransactionLimits;
  readonly #open = new Map<string, Transaction>();
  /** Octets of all that are open. */
  #size = 0;

  constructor(limits: TransactionLimits) {
    this.#limits = limits;
  }

  /** Throws `bad_request` for one that is open already, and `limit_exceeded` for one too many. */
  begin(frame: StompFrame): void {
    const id = requireHeader(frame, 'transaction');
    const { transactions: most } = this.#limits;
    if (this.#open.has(id)) {
      throw new RouterError('bad_request', 'a transaction of this id has begun already', {
        hint: 'give each BEGIN an id of its own, or COMMIT or ABORT first',
      });
    }
    if (this.#open.size >= most)
      throw overLimit('stomp.transactions', `this connection has stomp.transactions of ${most} already`);
    this.#open.set(id, { steps: [], size: 0 });
  }

  /** Throws `bad_request` for a transaction that has not begun. */
  check(id: string): void {
    this.#find(id);
  }

  /** Keeps a step until the COMMIT. Throws `bad_request` and `limit_exceeded`. */
  add(id: string, step: Step, octets: number): void {
    const transaction = this.#find(id);
    const { transactionFrames, transactionSize } = this.#limits;
    if (transaction.steps.length >= transactionFrames) {
      throw overLimit(
        'stomp.transaction_frames',
        `this transaction has stomp.transaction_frames of ${transactionFrames} already`,
      );
    }
    const size = octets + FRAME;
    if (this.#size + size > transactionSize) {
      throw overLimit(
        'stomp.transaction_size',
        `the open transactions are over stomp.transaction_size of ${transactionSize} octets`,
      );
    }
    transaction.size += size;
    this.#size += size;
    transaction.steps.push(step);
  }

  /**
   * Does all that was kept: first what is sent, in the order given, then what is answered, so that nothing is acknowledged
   * where something could not be sent. `done` is told of each step. Throws what a step throws; no later one is done then.
   */
  commit(frame: StompFrame, done: (step: Step, outcome: Outcome) => void): MaybePromise<void> {
    const { steps } = this.#take(frame);
    const isSent = (step: Step) => step.kind === 'send';
    return runAll([...steps.filter(isSent), ...steps.filter((step) => !isSent(step))], done);
  }

  /** Forgets all that was kept: messages that were to be acknowledged can be acknowledged again. */
  abort(frame: StompFrame): void {
    this.#take(frame);
  }

  #take(frame: StompFrame): Transaction {
    const id = requireHeader(frame, 'transaction');
    const transaction = this.#find(id);
    this.#open.delete(id);
    this.#size -= transaction.size;
    return transaction;
  }

  #find(id: string): Transaction {
    const transaction = this.#open.get(id);
    if (transaction !== undefined) return transaction;
    throw new RouterError('bad_request', 'no transaction of this id has begun', {
      hint: 'send BEGIN before, and each id once',
    });
  }
}

/** Without a promise where no step needs one. */
function runAll(
  steps: readonly Step[],
  done: (step: Step, outcome: Outcome) => void,
  from = 0,
): MaybePromise<void> {
  for (let i = from; i < steps.length; i++) {
    const step = steps[i];
    if (step === undefined) continue;
    const running = step.run();
    if (isPromise(running)) {
      return running.then((outcome) => {
        done(step, outcome);
        return runAll(steps, done, i + 1);
      });
    }
    done(step, running);
  }
  return undefined;
}
