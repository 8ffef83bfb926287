import type { OpenBody } from '../../../../src/core/http.js';

/** A reader that takes what it is sent, or does not. */
export class FakeBody implements OpenBody {
  waiting = 0;
  text = '';
  ending: 'end' | 'drop' | undefined;
  readonly #listeners: (() => void)[] = [];
  readonly #isSlow: boolean;

  /** A slow one says later that it has ended: its connection has to close first. */
  constructor(isSlow = false) {
    this.#isSlow = isSlow;
  }

  write(octets: string | Buffer): void {
    this.text += octets;
  }

  end(): void {
    this.#close('end');
  }

  drop(): void {
    this.#close('drop');
  }

  whenEnded(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #close(how: 'end' | 'drop'): void {
    this.ending ??= how;
    if (!this.#isSlow) this.closed();
  }

  closed(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
