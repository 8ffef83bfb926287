import type { Admits } from '../core/audience.js';
import type { Publication } from '../core/publication.js';
import { TimeSlice } from '../core/time-slice.js';

/** Subscribers up to which a fan-out is done at once. */
const SMALL = 1000;
/** Fan-outs that wait. With more than that publishers wait instead, until all of them are done. */
const MOST_WAITING = 100;
/** How often the clock is looked at: a subscriber takes from 100 nanoseconds to some microseconds. */
const LOOKS = 64;

/** How a fan-out in slices goes. */
export interface Slices {
  /** Its number among the fan-outs of the node. */
  readonly number: number;
  readonly slice: TimeSlice;
}

/** Whom publications go to. Both ways return how many have received one. */
export interface Receivers {
  readonly size: number;
  deliver(publication: Publication, admits: Admits | undefined): number;
  deliverInSlices(
    publication: Publication,
    admits: Admits | undefined,
    slices: Slices,
  ): Iterator<undefined, number>;
}

/** Where deliveries are counted beside the figures of the node. */
export interface DeliveryTally {
  deliveries: number;
}

/** One publication on its way to the subscribers of one group. */
interface FanOut {
  /** Each step is a slice. */
  readonly steps: Iterator<undefined, number>;
  readonly tally: DeliveryTally;
  next: FanOut | undefined;
}

/**
 * The publications of a node on their way to its subscribers, in the order accepted, whatever their channels: one reaches
 * nobody before those accepted earlier have. One for many goes in slices, between which others get a turn. It is for those who
 * were subscribed when it was accepted, and still are when it is their turn.
 */
export class FanOuts {
  readonly stats = { deliveries: 0, conflated: 0 };
  readonly #failed: (error: unknown) => void;
  readonly #slice = new TimeSlice(LOOKS);
  #first: FanOut | undefined;
  #last: FanOut | undefined;
  #waiting = 0;
  #accepted = 0;
  #isRunning = false;
  #isScheduled = false;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** The number of the newest, which is not for who joins now; undefined where none is under way. */
  get underWay(): number | undefined {
    return this.#first === undefined ? undefined : this.#accepted;
  }

  /** Hands a publication to all of its receivers, or to those that `admits` names. */
  start(
    receivers: Receivers,
    publication: Publication,
    admits: Admits | undefined,
    tally: DeliveryTally,
  ): void {
    const { size } = receivers;
    if (size === 0) return;
    if (size <= SMALL && this.#first === undefined) {
      this.#count(receivers.deliver(publication, admits), tally);
      return;
    }
    const by = { number: ++this.#accepted, slice: this.#slice };
    this.#append({ steps: receivers.deliverInSlices(publication, admits, by), tally, next: undefined });
    if (!this.#isScheduled) this.#run(false);
    else if (this.#waiting > MOST_WAITING) this.#run(true);
  }

  /** Hands out all that was accepted, at once. */
  finish(): void {
    if (this.#first !== undefined) this.#run(true);
  }

  #count(deliveries: number, tally: DeliveryTally): void {
    this.stats.deliveries += deliveries;
    tally.deliveries += deliveries;
  }

  #append(fanOut: FanOut): void {
    if (this.#last === undefined) this.#first = fanOut;
    else this.#last.next = fanOut;
    this.#last = fanOut;
    this.#waiting++;
  }

  /** For one slice, or until all are done. What a subscriber causes while it is sent something waits for its turn. */
  #run(untilDone: boolean): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#slice.begin();
    while (this.#first !== undefined && (this.#finishes(this.#first) || untilDone));
    this.#isRunning = false;
    if (this.#first === undefined) this.#slice.done();
    else this.#schedule();
  }

  /** Goes on with the first one; false where the slice is over before it is done. */
  #finishes(first: FanOut): boolean {
    try {
      const { done = false, value = 0 } = first.steps.next();
      if (!done) return false;
      this.#count(value, first.tally);
    } catch (error) {
      this.#failed(error);
    }
    this.#first = first.next;
    if (this.#first === undefined) this.#last = undefined;
    this.#waiting--;
    return true;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#run(false);
    });
  }
}
