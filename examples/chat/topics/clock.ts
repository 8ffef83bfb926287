import type { Topic, TopicHandler } from 'signalbox';

/** Tells the time while anybody listens. Nobody can publish: there is no onPublish. */
export class Clock implements TopicHandler {
  static readonly handler = 'clock';

  readonly timers = [{ interval: 1000, tick: (topic: Topic) => this.#tell(topic) }];

  async #tell(topic: Topic): Promise<void> {
    await topic.broadcast({ time: new Date().toISOString(), listeners: topic.size });
  }
}
