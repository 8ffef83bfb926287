import {
  type Publication,
  type PublishEvent,
  type Publisher,
  type Session,
  TOKENS,
  type Topic,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';
import { CHAT_DIRECTORY, type ChatDirectory } from './chat-directory.js';
import { SYSTEM, textOf } from './chat-words.js';

/** Announcements, which are heard here and in every room. The route says who may make them. */
export class ChatAnnouncementsTopic implements TopicHandler {
  static readonly handler: string = 'chat.announcements';
  static readonly inject: readonly symbol[] = [CHAT_DIRECTORY, TOKENS.publisher] as symbol[];

  readonly #directory: ChatDirectory;
  readonly #publisher: Publisher;

  constructor(directory: ChatDirectory, publisher: Publisher) {
    this.#directory = directory;
    this.#publisher = publisher;
  }

  async onPublish(
    _session: Session,
    topic: Topic,
    _request: TopicRequest,
    { payload }: PublishEvent,
  ): Promise<Publication> {
    const text = textOf(payload);
    const announced = topic.broadcast({ type: 'announcement', from: SYSTEM, text, time: Date.now() });
    const rooms = await this.#directory.rooms();
    const inRooms = rooms.map(({ id }) =>
      this.#publisher.publish({ route: 'chat.room', params: { room: id } }, { text }),
    );
    const [publication] = await Promise.all([announced, ...inRooms]);
    return publication;
  }
}
