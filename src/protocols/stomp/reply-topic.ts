import { RouterError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Publication, PublishEvent } from '../../core/publication.js';
import type { Session } from '../../core/session.js';
import type { Topic, TopicHandler, TopicRequest } from '../../core/topic.js';
import type { ReplyAddresses } from './reply-addresses.js';

/** The handler of reply queues, for peers of all protocols: its route has the parameter `id`. */
export class ReplyTopic implements TopicHandler {
  readonly #addresses: ReplyAddresses;

  constructor(addresses: ReplyAddresses) {
    this.#addresses = addresses;
  }

  /** Nobody else learns what is answered, even one who knows the id. */
  onSubscribe(session: Session, _topic: Topic, { params }: TopicRequest): void {
    if (this.#addresses.ownerOf(params['id']) === session) return;
    throw new RouterError('forbidden', 'a reply queue is for the session alone that asked for replies');
  }

  onPublish(
    _session: Session,
    topic: Topic,
    { params }: TopicRequest,
    event: PublishEvent,
  ): MaybePromise<Publication> {
    if (this.#addresses.ownerOf(params['id']) !== undefined) return topic.broadcast(event.payload, event);
    throw new RouterError('no_such_route', 'nobody waits for a reply there any more', {
      hint: 'who asked has gone; there is nothing to do',
    });
  }
}
