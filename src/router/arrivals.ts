import type { Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';

/** Publications that are kept for one subscriber while it is read what it missed. */
const MOST_MEANWHILE = 10_000;

interface Turn {
  readonly subscriber: Subscriber;
  readonly offset: number;
  readonly come: () => void;
}

/** Subscribers of one channel that are about to join: what is published meanwhile is theirs, too, and comes after what they missed. */
export class Arrivals {
  readonly #meanwhile = new Map<Subscriber, Publication[]>();
  #turns: readonly Turn[] = [];

  /** From now on what is published is kept for the subscriber, until `take` or `forget`. */
  expect(subscriber: Subscriber): void {
    this.#meanwhile.set(subscriber, []);
  }

  collect(publication: Publication): void {
    for (const [subscriber, publications] of this.#meanwhile) {
      if (publications.length < MOST_MEANWHILE) publications.push(publication);
      else this.#meanwhile.delete(subscriber);
    }
    const { position } = publication;
    if (this.#turns.length > 0 && position !== undefined)
      this.#call(({ offset }) => offset <= position.offset);
  }

  /**
   * Resolves when the node, which is at `position`, has delivered what is at this offset, as it may be behind the store; or
   * when `take` has nothing to give.
   */
  reached(subscriber: Subscriber, offset: number, position: Position | undefined): Promise<void> | undefined {
    // What was read before a loss is of another history, whose offsets mean nothing here.
    if (!this.#meanwhile.has(subscriber)) return undefined;
    if (position === undefined || position.offset >= offset) return undefined;
    return new Promise((come) => {
      this.#turns = [...this.#turns, { subscriber, offset, come }];
    });
  }

  /** What came meanwhile and follows an offset; undefined where it was too much, or some of it was lost. */
  take(subscriber: Subscriber, offset: number): readonly Publication[] | undefined {
    const came = this.#meanwhile.get(subscriber);
    this.#meanwhile.delete(subscriber);
    return came?.filter(({ position }) => position === undefined || position.offset > offset);
  }

  forget(subscriber: Subscriber): void {
    this.#meanwhile.delete(subscriber);
    this.#call((turn) => turn.subscriber === subscriber);
  }

  /** What the channel goes on with is not what was read before. */
  lost(): void {
    this.#meanwhile.clear();
    this.#call(() => true);
  }

  #call(isCome: (turn: Turn) => boolean): void {
    for (const turn of this.#turns) if (isCome(turn)) turn.come();
    this.#turns = this.#turns.filter((turn) => !isCome(turn));
  }
}
