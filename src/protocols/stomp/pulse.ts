import { DISCONNECT, type Disconnect } from '../../core/errors.js';
import { agreeHeartBeat, type HeartBeatOffer } from './heart-beat.js';

/** Intervals of silence after which a peer counts as gone: timers of browsers and networks are late. */
const PATIENCE = 3;
/** Milliseconds that a browser may be silent at least: it holds back the timers of pages in the background. */
const BROWSER_PATIENCE = 60_000;
/** The longest that a timer can hold. */
const LONGEST = 2 ** 31 - 1;

/** Why a silent peer is sent away. */
export const STILL: Disconnect = { ...DISCONNECT.noPong, reason: 'no heart-beat within the time agreed on' };

export interface PulseParts {
  /** The shortest interval, in milliseconds. */
  readonly shortest: number;
  /** Whether the peer may be a page in the background. */
  readonly isBrowser: boolean;
  beat(): void;
  /** The peer has been silent for too long. */
  silent(): void;
}

/** The heart-beats of one session. Without any agreed on it has no timer. [STOMP 1.2 §Heart-beating] */
export class Pulse {
  readonly #timers: NodeJS.Timeout[] = [];
  #heard = true;
  #missed = 0;

  constructor(offer: HeartBeatOffer, { shortest, isBrowser, beat, silent }: PulseParts) {
    const terms = agreeHeartBeat(offer, shortest);
    // Early, so that it arrives in time.
    if (terms.sends > 0) this.#every(Math.ceil(terms.sends * 0.75), beat);
    if (terms.hears > 0) this.#watch(terms.hears, isBrowser, silent);
  }

  /** Something came from the peer. */
  hear(): void {
    this.#heard = true;
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #watch(interval: number, isBrowser: boolean, silent: () => void): void {
    const patience = Math.max(PATIENCE * interval, isBrowser ? BROWSER_PATIENCE : 0);
    const most = Math.ceil(patience / interval);
    this.#every(interval, () => {
      this.#missed = this.#heard ? 0 : this.#missed + 1;
      this.#heard = false;
      if (this.#missed >= most) silent();
    });
  }

  #every(milliseconds: number, task: () => void): void {
    const timer = setInterval(task, Math.min(milliseconds, LONGEST));
    timer.unref();
    this.#timers.push(timer);
  }
}
