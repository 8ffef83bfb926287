import type {
  MaybePromise,
  Publication,
  PublishEvent,
  Session,
  Topic,
  TopicHandler,
  TopicRequest,
} from 'signalbox';

/** Sends what is published to every subscriber, or to those that the publisher named. */
export class BroadcastTopic implements TopicHandler {
  static readonly handler: string = 'broadcast';

  onPublish(
    _session: Session,
    topic: Topic,
    _request: TopicRequest,
    event: PublishEvent,
  ): MaybePromise<Publication> {
    return topic.broadcast(event.payload, event);
  }
}
