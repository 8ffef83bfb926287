import type { Connection, ConnectionListener } from '../core/connection.js';
import type { Disconnect } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { randomId } from '../core/session.js';

/** A connection that keeps what it is sent. */
export class FakeConnection implements Connection {
  readonly id = randomId();
  readonly transport = 'memory';
  readonly remoteAddress = '192.0.2.1';
  readonly frames: Frame[] = [];
  paused = false;
  ended: (Disconnect & { readonly goodbye: boolean }) | undefined;
  listener: ConnectionListener | undefined;
  /** Whether what is sent stays here until `flush`. */
  holds = false;
  /** Whether it says that more waits in it than its peer takes. */
  isCongested = false;
  readonly #unsent: (() => void)[] = [];

  /** The frames as text. */
  get texts(): readonly string[] {
    return this.frames.map(({ bytes }) => bytes.toString('utf8'));
  }

  send(frame: Frame): void {
    if (this.ended === undefined) this.frames.push(frame);
  }

  whenSent(done: () => void): void {
    if (this.ended !== undefined) return;
    if (this.holds) this.#unsent.push(done);
    else done();
  }

  /** What was sent so far is on its way. */
  flush(): void {
    for (const done of this.#unsent.splice(0)) done();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(why: Disconnect): void {
    this.#end(why, true);
  }

  drop(why: Disconnect): void {
    this.#end(why, false);
  }

  #end(why: Disconnect, goodbye: boolean): void {
    if (this.ended !== undefined) return;
    this.#unsent.length = 0;
    this.ended = { ...why, goodbye };
    this.listener?.disconnected(why);
  }
}
