import { type Position, samePosition } from '../src/core/position.js';
import { type Mark, nameOf, type Seen, type SubscriberLog } from './records.js';

/** A subscriber was told that it does not have what was published between two places. */
export interface Gap {
  readonly from: Position;
  readonly to: Position;
  /** When it was told. */
  readonly at: number;
}

/** What became of one log, as a client that knows its position reads it. */
export interface Reading {
  /** Where the subscriber was when it first heard of one; undefined where it never was subscribed. */
  readonly first: Position | undefined;
  /** Gaps that it was told of. */
  readonly gaps: readonly Gap[];
  /** By the name of the publication, where it stands among those delivered. */
  readonly delivered: ReadonlyMap<string, number>;
  /** Where something was delivered, as `epoch.offset`. */
  readonly places: ReadonlySet<string>;
  readonly deliveries: number;
  /** Came again at a place that the client has passed, and was thrown away. */
  readonly repeated: number;
  /** Delivered twice at two places that no gap parts. */
  readonly duplicated: readonly string[];
  /** Delivered after a later one of the same publisher. */
  readonly misordered: readonly string[];
  /** Places where something is missing or another history goes on, and nobody said so. */
  readonly unannounced: readonly string[];
}

/** Reads a log from its beginning, as a client does that throws away what it has by its position. */
export function readLog({ seen }: SubscriberLog): Reading {
  const reader = new LogReader();
  for (const entry of seen) reader.read(entry);
  return reader.reading();
}

class LogReader {
  #first: Position | undefined;
  #at: Position | undefined;
  readonly #gaps: Gap[] = [];
  readonly #delivered = new Map<string, number>();
  /** Since the last gap that was announced. */
  #stretch = new Set<string>();
  /** The tokens of this stretch by offset. */
  #tokens = new Map<number, string>();
  readonly #places = new Set<string>();
  readonly #newest = new Map<string, number>();
  #deliveries = 0;
  #repeated = 0;
  readonly #duplicated: string[] = [];
  readonly #misordered: string[] = [];
  readonly #unannounced: string[] = [];

  read(entry: Seen): void {
    if (entry.type === 'began') this.#begin(entry);
    else this.#receive(entry);
  }

  reading(): Reading {
    return {
      first: this.#first,
      gaps: this.#gaps,
      delivered: this.#delivered,
      places: this.#places,
      deliveries: this.#deliveries,
      repeated: this.#repeated,
      duplicated: this.#duplicated,
      misordered: this.#misordered,
      unannounced: this.#unannounced,
    };
  }

  #begin({ position, recovered, at: when }: Seen & { type: 'began' }): void {
    const at = this.#at;
    if (at === undefined) {
      this.#first = position;
      this.#jump(position);
    } else if (recovered === true) {
      if (!samePosition(at, position))
        this.#unannounced.push(`resumed at ${placeOf(position)}, not ${placeOf(at)}`);
    } else {
      if (recovered === undefined)
        this.#unannounced.push(`began anew at ${placeOf(position)} after ${placeOf(at)}`);
      else this.#gaps.push({ from: at, to: position, at: when });
      this.#jump(position);
    }
  }

  #receive({ position, ...mark }: Seen & { type: 'event' }): void {
    const at = this.#at;
    if (at === undefined) {
      this.#unannounced.push(`received ${nameOf(mark)} before it was subscribed`);
      this.#first = position;
    } else if (position.epoch === at.epoch && position.offset <= at.offset) {
      this.#again(position, mark);
      return;
    } else if (position.epoch !== at.epoch || position.offset !== at.offset + 1) {
      this.#unannounced.push(`${placeOf(position)} after ${placeOf(at)}`);
    }
    this.#at = position;
    this.#tokens.set(position.offset, position.token);
    this.#places.add(placeOf(position));
    this.#deliver(mark);
  }

  /** A place that was passed: the same publication, or a history that has forked. */
  #again(position: Position, mark: Mark): void {
    const token = this.#tokens.get(position.offset);
    if (token === undefined || token === position.token) this.#repeated++;
    else this.#unannounced.push(`${nameOf(mark)} at ${placeOf(position)}, where there was another one`);
  }

  #deliver(mark: Mark): void {
    const name = nameOf(mark);
    const { publisher, sequence } = mark;
    const newest = this.#newest.get(publisher) ?? 0;
    if (this.#stretch.has(name)) this.#duplicated.push(name);
    else if (sequence < newest && !this.#delivered.has(name)) this.#misordered.push(name);
    this.#stretch.add(name);
    this.#newest.set(publisher, Math.max(newest, sequence));
    this.#delivered.set(name, this.#deliveries++);
  }

  #jump(position: Position): void {
    this.#at = position;
    this.#stretch = new Set();
    this.#tokens = new Map([[position.offset, position.token]]);
  }
}

/** Without the token. */
export function placeOf({ epoch, offset }: Omit<Position, 'token'>): string {
  return `${epoch}.${offset}`;
}
