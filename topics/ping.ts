import { parseDuration, type Topic, type TopicHandler } from 'signalbox';

/**
 * Publishes a line at an interval while anybody is subscribed, so that proxies which cut silent connections see
 * traffic. Nobody else can publish.
 */
export class PingTopic implements TopicHandler {
  static readonly handler: string = 'ping';

  readonly timers;

  constructor({ interval = '50s' }: { interval?: string | number } = {}) {
    this.timers = [{ interval: parseDuration(interval), tick: (topic: Topic) => this.#ping(topic) }];
  }

  async #ping(topic: Topic): Promise<void> {
    await topic.broadcast('Connection keep alive');
  }
}
