import type { Tailed } from '../../../core/inspection.js';
import type { Redaction } from '../../../core/redaction.js';
import type { EventStream } from './event-stream.js';
import { publicationView } from './views.js';

/** Publications that are told in a second. */
const MOST = 50;
/** Milliseconds for a publication to be delivered before it is told how many have got it. */
const DELAY = 50;

/** The publications of a stream: a moment after they were delivered, and no more than can be read. */
export class PublicationTail {
  readonly #stream: EventStream;
  readonly #redaction: Redaction;
  #waiting: Tailed[] = [];
  #told = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: EventStream, redaction: Redaction) {
    this.#stream = stream;
    this.#redaction = redaction;
  }

  add(tailed: Tailed): void {
    if (this.#told >= MOST) {
      this.#dropped++;
      return;
    }
    this.#told++;
    this.#waiting.push(tailed);
    this.#timer ??= setTimeout(() => this.#flush(), DELAY).unref();
  }

  /** To be called every second. */
  second(): void {
    if (this.#dropped > 0) this.#stream.send('dropped', { count: this.#dropped });
    this.#told = this.#dropped = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #flush(): void {
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { publication, route, deliveries } of waiting)
      this.#stream.send('publication', {
        ...publicationView(publication, this.#redaction),
        route: route.name,
        deliveries,
      });
  }
}
