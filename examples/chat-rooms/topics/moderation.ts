import {
  type CallEvent,
  DISCONNECT,
  RouterError,
  type Session,
  type SessionControl,
  TOKENS,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';
import { CHAT_DIRECTORY } from 'signalbox/topics';
import type { Library } from './library.js';

/** What administrators call, as `chat/moderation/ban`. */
export class Moderation implements TopicHandler {
  static readonly handler = 'chat.moderation';
  static readonly inject = [CHAT_DIRECTORY, TOKENS.sessions];

  readonly methods = ['ban'];
  readonly #library: Library;
  readonly #sessions: SessionControl;

  constructor(library: Library, sessions: SessionControl) {
    this.#library = library;
    this.#sessions = sessions;
  }

  /** Who is banned is disconnected, and comes back without the room. */
  ban(_session: Session, _request: TopicRequest, { args: [room, user] }: CallEvent) {
    if (typeof room !== 'string' || typeof user !== 'string') {
      throw new RouterError('bad_request', 'a ban takes a room and a user');
    }
    this.#library.ban(room, user);
    this.#sessions.disconnect({ user }, DISCONNECT.ended);
  }
}
