import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledged } from './records.js';
import type { Message } from './subscriber.js';

export interface PublisherOptions {
  readonly name: string;
  /** Published to in turn. */
  readonly channels: readonly string[];
  readonly nodes: () => readonly string[];
  readonly key: string;
  /** Publications a second, as far as they are acknowledged in time. */
  readonly rate: number;
  /** Octets that each carries beside what it says. */
  readonly padding?: number | undefined;
  /** Tells of what was acknowledged, at once. */
  readonly acknowledged: (publication: Acknowledged) => void;
}

/** How it went for one publisher. */
export interface PublisherCounts {
  attempts: number;
  /** Attempts that were refused, or failed. */
  failures: number;
  /** Attempts of which the answer was that an earlier one had been accepted. */
  duplicates: number;
  /** Milliseconds from the first attempt to the acknowledgement, of the slowest. */
  slowest: number;
}

const ATTEMPT_MS = 5000;
const PAUSE_MS = 50;

/** A back end that publishes one thing at a time, over HTTP, and tries each again under the same key until it is accepted. */
export class Publisher {
  readonly counts: PublisherCounts = { attempts: 0, failures: 0, duplicates: 0, slowest: 0 };
  readonly #options: PublisherOptions;
  readonly #sequences = new Map<string, number>();
  readonly #run: Promise<void>;
  #node = 0;
  #isStopped = false;
  #isGivenUp = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#run = this.#publish();
  }

  /** Resolves when what was under way is acknowledged, or is not within some seconds. */
  async stop(patience = 20_000): Promise<void> {
    this.#isStopped = true;
    const giveUp = setTimeout(() => {
      this.#isGivenUp = true;
    }, patience);
    await this.#run;
    clearTimeout(giveUp);
  }

  async #publish(): Promise<void> {
    const { channels, rate } = this.#options;
    let due = performance.now();
    for (let n = 0; !this.#isStopped; n++) {
      await this.#one(channels[n % channels.length] ?? '');
      // What could not be published in time is not made up for.
      const now = performance.now();
      due = Math.max(due + 1000 / rate, now);
      await sleep(due - now);
    }
  }

  async #one(channel: string): Promise<void> {
    const { name: publisher, padding } = this.#options;
    const sequence = (this.#sequences.get(channel) ?? 0) + 1;
    this.#sequences.set(channel, sequence);
    const sent = performance.now();
    const message: Message = { publisher, sequence, sent, ...(padding && { padding: 'x'.repeat(padding) }) };
    while (!this.#isGivenUp) {
      const place = await this.#attempt(channel, message);
      if (place !== undefined) {
        const at = performance.now();
        this.#options.acknowledged({ channel, publisher, sequence, ...place, at });
        this.counts.slowest = Math.max(this.counts.slowest, at - sent);
        return;
      }
      this.counts.failures++;
      this.#node++;
      await sleep(PAUSE_MS);
    }
  }

  /** Resolves to nothing where it is not known to be accepted. */
  async #attempt(channel: string, payload: Message): Promise<{ epoch: string; offset: number } | undefined> {
    const nodes = this.#options.nodes();
    const { publisher, sequence } = payload;
    this.counts.attempts++;
    try {
      const answer = await fetch(`${nodes[this.#node % nodes.length]}/api/publish`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#options.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ channel, payload, idempotency_key: `${publisher} ${channel} ${sequence}` }),
        signal: AbortSignal.timeout(ATTEMPT_MS),
      });
      const said = (await answer.json()) as { epoch: string; offset: number; duplicate?: boolean };
      if (answer.status !== 200) return undefined;
      if (said.duplicate) this.counts.duplicates++;
      return { epoch: said.epoch, offset: said.offset };
    } catch {
      return undefined;
    }
  }
}
