import { setTimeout as sleep } from 'node:timers/promises';
import { KEY } from '../test/support/server.js';
import { WAMP } from './wires.js';

/** How many came and went, and how. */
export interface ChurnCounts {
  /** Connected, subscribed, got what was published, and left. */
  visits: number;
  /** Did not get it. */
  failures: number;
}

const PATIENCE_MS = 10_000;

/** Peers that come at a steady rate, each to a channel of its own, which is published to once, and leave again. */
export class Churn {
  readonly counts: ChurnCounts = { visits: 0, failures: 0 };
  readonly #urls: readonly string[];
  readonly #underWay = new Set<Promise<void>>();
  #number = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /** Resolves when the last of them has left. */
  async run(seconds: number, perSecond: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    let due = performance.now();
    while (performance.now() < end) {
      const visit = this.#visit(++this.#number).finally(() => this.#underWay.delete(visit));
      this.#underWay.add(visit);
      due = Math.max(due + 1000 / perSecond, performance.now());
      await sleep(due - performance.now());
    }
    await Promise.all(this.#underWay);
  }

  async #visit(number: number): Promise<void> {
    const url = this.#urls[number % this.#urls.length] ?? '';
    const channel = `news/${number}`;
    const hasCome = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), PATIENCE_MS);
      const link = WAMP(url, {
        opened: () => link.subscribe(channel, undefined),
        began: () => void publish(url, channel).catch(() => undefined),
        received: () => {
          clearTimeout(timer);
          link.destroy();
          resolve(true);
        },
        ended: () => resolve(false),
      });
    });
    if (hasCome) this.counts.visits++;
    else this.counts.failures++;
  }
}

async function publish(url: string, channel: string): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ channel, payload: { text: 'x'.repeat(500) } });
  await (await fetch(`${url}/api/publish`, { method: 'POST', headers, body })).arrayBuffer();
}
