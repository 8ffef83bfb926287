import { every } from '../core/interval.js';
import type { Logger } from '../core/logger.js';
import type { Topic, TopicHandler } from '../core/topic.js';

/** The timers of a handler on one live channel. */
export class TopicTimers {
  readonly #logger: Logger;
  #running: readonly (() => void)[] | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  start(topic: Topic, { timers }: TopicHandler): void {
    const failed = (error: unknown) =>
      this.#logger.error({ event: 'timer_failed', channel: topic.channel, error }, 'timer failed');
    this.#running = timers?.map((timer) => every(timer.interval, () => timer.tick(topic), failed));
  }

  stop(): void {
    for (const stop of this.#running ?? []) stop();
    this.#running = undefined;
  }
}
