import {
  CallError,
  type CallEvent,
  RouterError,
  type Session,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';
import { BAN_LIST, type BanList } from './ban-list.js';

/** What moderators call, as `moderation/ban` and `moderation/is_banned`. */
export class Moderation implements TopicHandler {
  static readonly handler = 'moderation';
  static readonly inject = [BAN_LIST];

  /** Nothing else of this class can be called. */
  readonly methods = ['ban', 'isBanned'];
  readonly #bans: BanList;

  constructor(bans: BanList) {
    this.#bans = bans;
  }

  /** A throw refuses; a `CallError` has a name of the application's own. */
  ban(session: Session, _request: TopicRequest, { args: [room, user] }: CallEvent) {
    if (typeof room !== 'string' || typeof user !== 'string') {
      throw new RouterError('bad_request', 'a ban takes a room and a user');
    }
    if (user === session.principal.id) {
      throw new CallError('chat.error.own_ban', { args: ['nobody bans themselves'] });
    }
    this.#bans.ban(room, user);
  }

  /** What is returned is the result, at once or later. */
  isBanned(_session: Session, _request: TopicRequest, { args: [room, user] }: CallEvent) {
    return this.#bans.has(String(room), String(user));
  }
}
