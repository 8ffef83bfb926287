import { AssertionError } from 'node:assert';
import { type Matcher, matches, shown } from './matching.js';
import { REAL, settled } from './real-time.js';
import type { TestClock } from './test-clock.js';

/** How long something is waited for. */
export interface Patience {
  /** Milliseconds of real time, whatever the clock of the application; 1000 unless given. */
  readonly within?: number;
}

const PATIENCE = 1000;

/** How a kind of item is told of: `delivery on chat/lobby`, say, and what of an item a test looks at. */
export interface InboxKind<T> {
  readonly what: string;
  readonly clock: TestClock;
  view(item: T): unknown;
}

interface Waiting<T> {
  readonly matcher: Matcher | undefined;
  take(item: T): void;
}

/** What a peer was sent, until a test has read it. */
export class Inbox<T> {
  /** All of it, in order. */
  readonly received: T[] = [];
  readonly #kind: InboxKind<T>;
  #unread: T[] = [];
  #waiting: Waiting<T>[] = [];

  constructor(kind: InboxKind<T>) {
    this.#kind = kind;
  }

  get unread(): readonly T[] {
    return this.#unread;
  }

  push(item: T): void {
    this.received.push(item);
    const waiting = this.#waiting.find(({ matcher }) => this.#suits(item, matcher));
    if (waiting === undefined) {
      this.#unread.push(item);
      return;
    }
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
    waiting.take(item);
  }

  /** The oldest unread item that matches, or the first to come; the others stay unread. Throws `AssertionError`. */
  async expect(matcher?: Matcher, { within = PATIENCE }: Patience = {}): Promise<T> {
    const found = this.#unread.find((item) => this.#suits(item, matcher));
    if (found !== undefined) {
      this.#unread = this.#unread.filter((item) => item !== found);
      return found;
    }
    return new Promise((resolve, reject) => {
      const waiting = { matcher, take };
      const timer = REAL.setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(this.#missing(matcher, within));
      }, within);
      function take(item: T): void {
        REAL.clearTimeout(timer);
        resolve(item);
      }
      this.#waiting.push(waiting);
    });
  }

  /** Nothing is unread when all that has begun has happened. Throws `AssertionError`. */
  async expectNothing(): Promise<void> {
    await settled();
    if (this.#unread.length === 0) return;
    const actual = this.#unread.map((item) => this.#kind.view(item));
    const message = `there is a ${this.#kind.what}, and none was expected: ${shown(actual)}`;
    throw new AssertionError({ message, actual, expected: [], operator: 'expectNothing' });
  }

  #suits(item: T, matcher: Matcher | undefined): boolean {
    return matcher === undefined || matches(this.#kind.view(item), matcher);
  }

  #missing(matcher: Matcher | undefined, within: number): AssertionError {
    const { what, clock } = this.#kind;
    const actual = this.#unread.map((item) => this.#kind.view(item));
    const wanted = matcher === undefined ? '' : ` that matches ${shown(matcher)}`;
    const instead = actual.length === 0 ? 'nothing is unread' : `unread instead: ${shown(actual)}`;
    const message = `no ${what}${wanted} came within ${within} ms; ${instead}${clock.hint}`;
    return new AssertionError({ message, actual, expected: matcher, operator: 'expect' });
  }
}
