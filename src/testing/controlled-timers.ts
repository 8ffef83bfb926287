import { createRequire, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { REAL } from './real-time.js';

type Callback = (...args: unknown[]) => void;

/** Who asks for a timer: the first line of the stack that is neither here nor in Node. */
const ASKED_BY = /\n +at (?!.*(?:controlled-timers|node:))(.+)/;

/** A timer that somebody waits for. */
export class ControlledTimer {
  readonly #clock: ControlledTimers;
  readonly callback: () => void;
  /** Milliseconds from one run to the next; undefined for a single run. */
  readonly interval: number | undefined;
  readonly #delay: number;
  readonly #stack = new Error('timer').stack ?? '';
  due: number;
  #keepsAlive = true;

  constructor(
    clock: ControlledTimers,
    { callback, delay, repeats }: { callback: () => void; delay: number; repeats: boolean },
  ) {
    this.#clock = clock;
    this.callback = callback;
    this.#delay = delay;
    this.interval = repeats ? delay : undefined;
    this.due = clock.now + delay;
  }

  /** The line that asked for it. */
  get askedBy(): string {
    return ASKED_BY.exec(this.#stack)?.[1] ?? 'somebody unknown';
  }

  get delay(): number {
    return this.#delay;
  }

  ref(): this {
    this.#keepsAlive = true;
    return this;
  }

  unref(): this {
    this.#keepsAlive = false;
    return this;
  }

  hasRef(): boolean {
    return this.#keepsAlive;
  }

  refresh(): this {
    this.due = this.#clock.now + this.#delay;
    this.#clock.add(this);
    return this;
  }

  close(): this {
    this.#clock.remove(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#clock.numberOf(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Takes the place of `setTimeout`, `setInterval`, `Date`, `performance.now` and `setTimeout` of `node:timers/promises` in the
 * whole process, so that time passes when a test says so. What waits for anything else, such as a socket, is not held.
 */
export class ControlledTimers {
  readonly #timers = new Map<number, ControlledTimer>();
  readonly #numbers = new WeakMap<ControlledTimer, number>();
  readonly #elapsedAtStart = REAL.elapsed();
  readonly #began: number;
  #last = 0;
  #restore: (() => void) | undefined;
  /** Milliseconds since 1970. */
  now: number;

  constructor(now: number) {
    this.#began = now;
    this.now = now;
  }

  get pending(): readonly ControlledTimer[] {
    return [...this.#timers.values()];
  }

  /** The one that is due next; of several the one that was asked for first. */
  get next(): ControlledTimer | undefined {
    let next: ControlledTimer | undefined;
    for (const timer of this.#timers.values()) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  }

  add(timer: ControlledTimer): void {
    this.#timers.set(this.numberOf(timer), timer);
  }

  remove(timer: ControlledTimer): void {
    this.#timers.delete(this.numberOf(timer));
  }

  numberOf(timer: ControlledTimer): number {
    const number = this.#numbers.get(timer) ?? ++this.#last;
    this.#numbers.set(timer, number);
    return number;
  }

  /** Runs a timer that is due. What it throws is an uncaught exception, as it would be without a test. */
  run(timer: ControlledTimer): void {
    this.now = Math.max(this.now, timer.due);
    if (timer.interval === undefined) this.remove(timer);
    else timer.due = this.now + timer.interval;
    timer.callback();
  }

  install(): void {
    const after = (callback: Callback, delay?: number, ...args: unknown[]) =>
      this.#start(callback, { delay, args, repeats: false });
    const every = (callback: Callback, delay?: number, ...args: unknown[]) =>
      this.#start(callback, { delay, args, repeats: true });
    const sleep = (delay?: number, value?: unknown, options?: { readonly signal?: AbortSignal }) =>
      this.#sleep(delay, value, options?.signal);
    Object.defineProperty(after, promisify.custom, { value: sleep });
    const clear = (timer: unknown) => this.#clear(timer);
    const timers = {
      setTimeout: after,
      setInterval: every,
      clearTimeout: clear,
      clearInterval: clear,
    };
    const undo = [
      replace(globalThis, { ...timers, Date: this.#date() }),
      replace(performance, { now: () => this.#elapsed() }),
      replace(builtIn('node:timers'), timers),
      replace(builtIn('node:timers/promises'), { setTimeout: sleep }),
    ];
    syncBuiltinESMExports();
    this.#restore = () => {
      for (const restore of undo) restore();
      syncBuiltinESMExports();
    };
  }

  /** Time is again what it is; timers that still wait never run. */
  uninstall(): void {
    this.#restore?.();
    this.#restore = undefined;
    this.#timers.clear();
  }

  #start(
    callback: Callback,
    { delay = 1, args, repeats }: { delay: number | undefined; args: unknown[]; repeats: boolean },
  ): ControlledTimer {
    if (typeof callback !== 'function') throw new TypeError('the callback of a timer is a function');
    const milliseconds = delay >= 1 && delay < 2 ** 31 ? Math.trunc(delay) : 1;
    const run = args.length === 0 ? callback : () => callback(...args);
    const timer = new ControlledTimer(this, { callback: run, delay: milliseconds, repeats });
    this.add(timer);
    return timer;
  }

  /** Timers from before are Node's. */
  #clear(timer: unknown): void {
    if (timer instanceof ControlledTimer) this.remove(timer);
    else if (typeof timer === 'number' || typeof timer === 'string') this.#timers.delete(Number(timer));
    else REAL.clearTimeout(timer as NodeJS.Timeout);
  }

  #sleep(delay: number | undefined, value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#clear(timer);
        reject(signal?.reason);
      };
      const done = () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      };
      const timer = this.#start(done, { delay, args: [], repeats: false });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Parts that were built with this clock may outlive it. */
  #time(): number {
    return this.#restore === undefined ? REAL.Date.now() : this.now;
  }

  #elapsed(): number {
    return this.#restore === undefined ? REAL.elapsed() : this.#elapsedAtStart + this.now - this.#began;
  }

  #date(): DateConstructor {
    const now = () => this.#time();
    const date: DateConstructor = new Proxy(REAL.Date, {
      construct: (target, args, made) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, made === date ? target : made),
      apply: () => new REAL.Date(now()).toString(),
      get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    });
    return date;
  }
}

const builtIn = createRequire(import.meta.url) as (name: string) => object;

/** Puts values in the place of others; returns what puts these back. */
function replace(owner: object, values: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(owner, name)] as const,
  );
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, descriptor);
    }
  };
}
