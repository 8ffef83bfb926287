import type { MaybePromise, Session, TopicHandler } from 'signalbox';
import { CHAT_DIRECTORY, type ChatDirectory, type ChatRoom } from './chat-directory.js';

/** A procedure that lists the rooms which its caller may enter, as `[{id, name}]`. */
export class ChatRoomsTopic implements TopicHandler {
  static readonly handler: string = 'chat.rooms';
  static readonly inject: readonly symbol[] = [CHAT_DIRECTORY];

  readonly access = { subscribe: [], publish: [] };
  readonly #directory: ChatDirectory;

  constructor(directory: ChatDirectory) {
    this.#directory = directory;
  }

  async onCall(session: Session): Promise<readonly Pick<ChatRoom, 'id' | 'name'>[]> {
    const rooms = await this.#directory.rooms();
    const open = await Promise.all(rooms.map((room) => this.#mayEnter(session, room)));
    return rooms.filter((_room, index) => open[index]).map(({ id, name }) => ({ id, name }));
  }

  #mayEnter({ principal }: Session, room: ChatRoom): MaybePromise<boolean> {
    return this.#directory.mayEnter(principal, room);
  }
}
