import type { Listen, Listening, ListeningEnd } from './listening.js';
import type { Peer, PeerListener, PeerOptions } from './peer.js';

/** Milliseconds until a lost connection is made anew. */
const PAUSE = 500;
/** Milliseconds in which it has to be subscribed. */
const PATIENCE = 30_000;

/** A subscriber that makes one connection after the other, each from where the last one was. */
export class ReturningPeer implements Peer {
  readonly #listen: Listen;
  readonly #options: PeerOptions;
  readonly #listener: PeerListener;
  #listening: Listening | undefined;
  #since: string | undefined;
  /** Counts connections; what an earlier one still says is stale. */
  #attempt = 0;
  #wasSubscribed = false;
  /** Told when it is subscribed, or that it will not be. */
  #waiting: ((error?: Error) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(listen: Listen, options: PeerOptions, listener: PeerListener) {
    this.#listen = listen;
    this.#options = options;
    this.#listener = listener;
  }

  open(): Promise<void> {
    return this.comeBack();
  }

  comeBack(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () => this.#waiting?.(new Error(`not subscribed within ${PATIENCE} ms`));
      const deadline = setTimeout(late, PATIENCE);
      this.#waiting = (error) => {
        clearTimeout(deadline);
        this.#waiting = undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
      void this.#connect();
    });
  }

  close(): void {
    this.#leave();
    this.#waiting?.(new Error('closed'));
  }

  /** Ends what there is; returns the number of the next connection. */
  #leave(): number {
    clearTimeout(this.#timer);
    this.#listening?.drop();
    this.#listening = undefined;
    return ++this.#attempt;
  }

  async #connect(): Promise<void> {
    const attempt = this.#leave();
    const { ticket, ...options } = this.#options;
    const secret = await ticket?.().catch((error: Error) => error);
    if (attempt !== this.#attempt) return;
    if (secret instanceof Error) {
      this.#ended({ reason: secret.message, isRefusal: true });
      return;
    }
    const current =
      <Args extends readonly unknown[]>(react: (...args: Args) => void) =>
      (...args: Args) => {
        if (attempt === this.#attempt) react(...args);
      };
    this.#listening = this.#listen(
      { ...options, ticket: secret, since: this.#since },
      {
        began: current(({ position, isWhole }) => this.#began(position, isWhole)),
        received: current((payload, position) => this.#received(payload, position)),
        ended: current((end) => this.#ended(end)),
      },
    );
  }

  #began(position: string | undefined, isWhole: boolean | undefined): void {
    this.#since = position ?? this.#since;
    this.#wasSubscribed = true;
    if (isWhole !== undefined) this.#listener.resumed(isWhole);
    this.#waiting?.();
  }

  #received(payload: unknown, position: string | undefined): void {
    this.#since = position ?? this.#since;
    this.#listener.received(payload);
  }

  /** Where the first attempt fails others would, too. */
  #ended({ reason, isRefusal }: ListeningEnd): void {
    this.#leave();
    const isWaited = this.#waiting !== undefined;
    if (!isWaited) this.#listener.lost();
    if (isRefusal) this.#waiting?.(new Error(reason));
    else if (isWaited && !this.#wasSubscribed)
      this.#waiting?.(new Error(`no connection to ${this.#options.url}: ${reason}`));
    else this.#timer = setTimeout(() => void this.#connect(), PAUSE);
  }
}
