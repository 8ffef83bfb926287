import type { MaybePromise } from './maybe-promise.js';
import type { Publication } from './publication.js';

/** How the messages of each channel of a queue route are held. */
export interface QueuePolicy {
  /** Whether they outlive the process. */
  readonly durable: boolean;
  /** Messages that one channel holds, those given out included. One more is refused. */
  readonly size: number;
  /** Milliseconds that a message waits; undefined for as long as it takes. */
  readonly ttl: number | undefined;
  /** Times that a message is given out before it is a dead letter. */
  readonly attempts: number;
  /** The channel of dead letters; without one they are dropped, and counted. */
  readonly deadLetter: string | undefined;
  /** Messages that one consumer holds unanswered, unless it asks for another number. */
  readonly prefetch: number;
  /** Whether peers make such channels themselves: all of these together hold a quarter of what queues may hold. */
  readonly ofPeers?: boolean;
}

/** A message of a queue in the hands of one consumer. The first answer counts, a later one does nothing. */
export interface QueueDelivery {
  readonly publication: Publication;
  /** Times that it has been given out, this one included. */
  readonly attempt: number;
  /** Whether somebody may have seen it before. */
  readonly redelivered: boolean;
  /** It is consumed: nobody gets it again. Resolves when that outlives the process, where the queue does. */
  acknowledge(): MaybePromise<void>;
  /** It is not: it goes back to its old place for whoever is free, or, without `requeue`, to the dead letters. */
  reject(requeue: boolean): MaybePromise<void>;
}

/** Takes messages of one queue. */
export interface Consumer {
  /** Messages that it holds unanswered at most, a whole number of at least 1; undefined for that of the queue. */
  readonly prefetch: number | undefined;
  /** False where it takes none any more: the next consumer is asked. */
  take(delivery: QueueDelivery): boolean;
}

/** A consumer's place at a queue. */
export interface Consumption {
  /** Takes no more; what it has not answered goes back to its old place and is marked redelivered. */
  cancel(): void;
}

/** Why a message is a dead letter. */
export type DeadReason = 'attempts' | 'expired' | 'rejected';

/** A message that nobody consumed. */
export interface DeadLetter {
  readonly publication: Publication;
  readonly policy: QueuePolicy;
  readonly reason: DeadReason;
  readonly attempts: number;
}

/** What is counted of all queues of a node. */
export interface QueueFigures {
  /** Channels that hold messages. */
  readonly queues: number;
  /** Messages held, those given out included. */
  readonly messages: number;
  /** Messages given out and not answered. */
  readonly unacknowledged: number;
}

/** What one queue holds at this moment. */
export interface HeldQueue {
  readonly channel: string;
  /** Messages held, those given out included. */
  readonly messages: number;
  /** Given out and not answered. */
  readonly unacknowledged: number;
  /** Those of this node. */
  readonly consumers: number;
}

/** Holds each message of a queue channel until one consumer has acknowledged it. Messages of one channel keep their order. */
export interface Queues {
  readonly figures: QueueFigures;
  /**
   * Queues that hold messages or have consumers here, those with the most messages first, and at most so many of them. Throws
   * `unavailable`.
   */
  list(most: number): MaybePromise<readonly HeldQueue[]>;
  /**
   * Takes up what outlived the process. `bury` is given every dead letter, and has to have kept it when it resolves: the
   * queue forgets it then.
   */
  start(bury: (letter: DeadLetter) => MaybePromise<void>): MaybePromise<void>;
  /** Resolves when the message is held, durably where the policy says so. Throws `limit_exceeded` where there is no room. */
  enqueue(publication: Publication, policy: QueuePolicy): MaybePromise<void>;
  /** Consumers of one channel are served in turn. */
  consume(channel: string, policy: QueuePolicy, consumer: Consumer): Consumption;
  /** Forgets a channel with all that it holds. */
  delete(channel: string): MaybePromise<void>;
  /** Resolves when all that was promised is kept. */
  close(): MaybePromise<void>;
}
