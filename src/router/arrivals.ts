import { RouterError } from '../core/errors.js';
import type { Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';

/** Publications that come for one subscriber while it is read what it missed; with more it has to come again. */
const MOST_MEANWHILE = 10_000;

interface Turn {
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
    for (const publications of this.#meanwhile.values())
      if (publications.length <= MOST_MEANWHILE) publications.push(publication);
    const { position } = publication;
    if (this.#turns.length > 0 && position !== undefined) this.#reach(position);
  }

  /** Resolves when the node has delivered what is at this offset: it may be behind the store. */
  reached(offset: number, position: Position | undefined): Promise<void> | undefined {
    if (position === undefined || position.offset >= offset) return undefined;
    return new Promise((come) => {
      this.#turns = [...this.#turns, { offset, come }];
    });
  }

  /** What came meanwhile and follows an offset. Throws `unavailable` for too much, or where some of it was lost. */
  take(subscriber: Subscriber, offset: number): readonly Publication[] {
    const came = this.#meanwhile.get(subscriber);
    this.#meanwhile.delete(subscriber);
    if (came === undefined || came.length > MOST_MEANWHILE)
      throw new RouterError('unavailable', 'too much happened on the channel meanwhile');
    return came.filter(({ position }) => position === undefined || position.offset > offset);
  }

  forget(subscriber: Subscriber): void {
    this.#meanwhile.delete(subscriber);
  }

  /** What the channel went on with is not what was read before. */
  lost(): void {
    this.#meanwhile.clear();
    this.#reach(undefined);
  }

  #reach(position: Position | undefined): void {
    const isCome = ({ offset }: Turn) => position === undefined || offset <= position.offset;
    for (const turn of this.#turns) if (isCome(turn)) turn.come();
    this.#turns = this.#turns.filter((turn) => !isCome(turn));
  }
}
