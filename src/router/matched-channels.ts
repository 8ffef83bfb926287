import type { Session } from '../core/session.js';
import { questionOf } from './access.js';
import type { Topics } from './topics.js';

/** What subscriptions to patterns have to know of the channels that they bring. */
export class MatchedChannels {
  readonly #topics: Topics;

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  /** Whether who is slow may miss some of what is published on a channel. */
  conflates(channel: string): boolean {
    return this.#topics.known(channel)?.request.route.slow === 'conflate';
  }

  /** Whether a session may have what was published on a channel, by the rights that it has now. */
  allows({ principal }: Session, channel: string): boolean {
    const topic = this.#topics.known(channel);
    if (topic?.decidesByAccess !== true) return false;
    return topic.access.allows('subscribe', questionOf(principal, topic));
  }
}
