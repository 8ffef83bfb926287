import { RouterError } from '../core/errors.js';
import type { Operation } from '../core/route.js';
import type { Principal } from '../core/session.js';
import type { TopicRequest } from '../core/topic.js';
import type { ChannelAccess, Judgement } from './access.js';
import type { Question } from './rules/rule.js';

/** Access to a presence channel: who may subscribe is who may see presence on the channel that it is about. */
export class PresenceAccess implements ChannelAccess {
  readonly timely: ChannelAccess['timely'];
  readonly #access: ChannelAccess;
  readonly #watched: TopicRequest;

  constructor({ access, request }: { readonly access: ChannelAccess; readonly request: TopicRequest }) {
    this.#access = access;
    this.#watched = request;
    this.timely = { ...access.timely, subscribe: access.timely.presence };
  }

  allows(operation: Operation, { principal }: Question): boolean {
    return operation === 'subscribe' && this.#access.allows('presence', this.#question(principal));
  }

  check(operation: Operation, { principal, request }: Question): void {
    if (operation !== 'subscribe')
      throw new RouterError('forbidden', `nobody may ${operation} on ${request.channel}`);
    this.#access.check('presence', this.#question(principal));
  }

  judge(
    operation: Operation,
    { principal }: Question,
    options?: { readonly private: boolean },
  ): readonly Judgement[] {
    if (operation !== 'subscribe') return [];
    return this.#access.judge('presence', this.#question(principal), options);
  }

  #question(principal: Principal): Question {
    return { principal, request: this.#watched };
  }
}
