import { type Disconnect, RouterError } from '../../core/errors.js';
import { after, isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import { type Principal, Session, sessionId } from '../../core/session.js';
import { Acknowledging } from './acknowledging.js';
import type { StompParts } from './context.js';
import { Deliveries } from './deliveries.js';
import type { StompFrame } from './frame-reader.js';
import { Notices } from './notices.js';
import { Pace } from './pace.js';
import type { Receipt } from './receipt.js';
import { ReplyQueues } from './reply-queues.js';
import { Sending } from './sending.js';
import { StompError } from './stomp-error.js';
import { Subscribing } from './subscribing.js';
import type { StompSubscription } from './subscription.js';
import { type Outcome, type Step, Transactions } from './transactions.js';
import { UnderWay } from './under-way.js';
import type { Wire } from './wire.js';

/** What a session tells the connection that it is on. */
export interface SessionEnds {
  /** A frame could not be done. */
  refused(frame: StompFrame, error: unknown): void;
  /** The router has ended a subscription. */
  withdrawn(subscription: StompSubscription, why: RouterError): void;
  end(why: Disconnect): void;
}

/** Says what a frame does without doing it. */
interface Preparing {
  prepare(frame: StompFrame): Step;
}

/** One peer from CONNECTED to its end. */
export class StompSession {
  readonly #session: Session;
  readonly #parts: StompParts;
  readonly #wire: Wire;
  readonly #ends: SessionEnds;
  readonly #subscribing: Subscribing;
  readonly #sending: Sending;
  readonly #acknowledging: Acknowledging;
  readonly #transactions: Transactions;
  readonly #underWay = new UnderWay();

  /** Throws `limit_exceeded` for one session too many of a user. */
  constructor(principal: Principal, { wire, ends }: { wire: Wire; ends: SessionEnds }, parts: StompParts) {
    const { router, messages, procedures, options, depth } = parts;
    const notices = new Notices(wire);
    const session: Session = new Session({
      id: sessionId(),
      protocol: 'stomp',
      principal,
      connection: wire.connection,
      end: (why) => ends.end(why),
      notify: (notice) => notices.tell(session, notice),
    });
    this.#session = session;
    this.#parts = parts;
    this.#wire = wire;
    this.#ends = ends;
    const deliveries = new Deliveries();
    const replies = new ReplyQueues({ session, router, addresses: parts.replies, most: options.tempQueues });
    const tolerate = (what: string) => parts.meter.count('signalbox_stomp_tolerated_total', { what });
    this.#subscribing = new Subscribing({
      session,
      router,
      wire,
      messages,
      deliveries,
      pace: new Pace(wire.connection, parts.ahead),
      replies,
      notices,
      prefetch: options.prefetch,
      tolerate,
      ended: (subscription, why) => ends.withdrawn(subscription, why),
    });
    const replyTo = (destination: string) => this.#subscribing.replyTo(destination);
    this.#sending = new Sending({ session, router, procedures, replies, depth, replyTo });
    this.#acknowledging = new Acknowledging({ wire, deliveries, tolerate });
    this.#transactions = new Transactions(options);
    router.open(session);
  }

  get id(): string {
    return this.#session.id;
  }

  /** Handles a frame and answers it. Never throws. */
  handle(frame: StompFrame): MaybePromise<void> {
    try {
      const receipt = this.#do(frame);
      if (isPromise(receipt)) return this.#settle(frame, receipt);
      this.#acknowledge(frame, receipt);
    } catch (error) {
      this.#ends.refused(frame, error);
    }
  }

  /** Resolves when nothing is under way of what was handled. */
  settled(): MaybePromise<void> {
    return this.#underWay.settled();
  }

  /** Nothing reaches it any more. What it has not acknowledged goes back, and its transactions are forgotten. */
  leave(): void {
    void this.#parts.router.leave(this.#session);
  }

  async #settle(frame: StompFrame, receipt: Promise<Receipt>): Promise<void> {
    try {
      this.#acknowledge(frame, await receipt);
    } catch (error) {
      this.#ends.refused(frame, error);
    }
  }

  #acknowledge({ headers }: StompFrame, due: Receipt): void {
    if (due === 'sent' || due === 'later') return;
    const receipt = headers.get('receipt');
    if (receipt !== undefined) this.#wire.acknowledge(receipt, due === 'now' ? [] : due);
  }

  #do(frame: StompFrame): MaybePromise<Receipt> {
    switch (frame.command) {
      case 'SEND':
        return this.#take(frame, this.#sending);
      case 'ACK':
      case 'NACK':
        return this.#take(frame, this.#acknowledging);
      case 'SUBSCRIBE':
        return this.#subscribing.subscribe(frame);
      case 'UNSUBSCRIBE':
        return this.#subscribing.unsubscribe(frame);
      case 'BEGIN':
        this.#transactions.begin(frame);
        return 'now';
      case 'COMMIT':
        return after(
          this.#transactions.commit(frame, (step, outcome) => this.#answer(step, outcome)),
          () => 'now',
        );
      case 'ABORT':
        this.#transactions.abort(frame);
        return 'now';
      default:
        throw new StompError(unknownCommand(frame));
    }
  }

  /** Does what the frame asks for, or keeps it for the COMMIT of its transaction. */
  #take(frame: StompFrame, preparing: Preparing): MaybePromise<Receipt> {
    const transaction = frame.headers.get('transaction');
    if (transaction !== undefined) {
      // What is kept must not keep the octets that it arrived with.
      const body = Buffer.from(frame.body);
      this.#transactions.add(
        transaction,
        preparing.prepare({ ...frame, body }),
        body.length + frame.headers.length,
      );
      return 'later';
    }
    const step = preparing.prepare(frame);
    let isPlaced = step.kind === 'answer' && step.receipt === undefined;
    const done = step.run(() => (isPlaced = true));
    if (!isPromise(done)) return done ?? 'now';
    const kept = done.then<Receipt>((outcome) => outcome ?? 'now');
    if (!isPlaced) return kept;
    // What follows cannot overtake it, and the disk serves many at a time.
    return after(this.#underWay.add(this.#settle(frame, kept)), () => 'later');
  }

  #answer({ receipt }: Step, outcome: Outcome): void {
    if (receipt !== undefined) this.#wire.acknowledge(receipt, outcome ?? []);
  }
}

function unknownCommand({ command }: StompFrame): RouterError {
  const name = command.replace(/[^\x20-\x7e]/g, '?');
  return new RouterError('bad_request', `there is no command ${name}`, {
    hint: 'commands are in capital letters, without spaces: see the specification of STOMP',
  });
}
