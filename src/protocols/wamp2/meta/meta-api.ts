import { RouterError } from '../../../core/errors.js';
import type { CallEvent } from '../../../core/rpc.js';
import type { Session } from '../../../core/session.js';
import type { TopicHandler, TopicRequest } from '../../../core/topic.js';
import { Wamp2Error } from '../codec.js';
import { eventHistory } from './event-history.js';
import { MetaArguments, wrong } from './meta-arguments.js';
import type { MetaParts, MetaProcedure } from './meta-call.js';
import { REGISTRATION_PROCEDURES } from './registration-procedures.js';
import { SESSION_PROCEDURES } from './session-procedures.js';
import { SUBSCRIPTION_PROCEDURES } from './subscription-procedures.js';
import { TESTAMENT_PROCEDURES } from './testament-procedures.js';

const PROCEDURES: ReadonlyMap<string, MetaProcedure> = new Map([
  ...Object.entries(SESSION_PROCEDURES),
  ...Object.entries(TESTAMENT_PROCEDURES),
  ...Object.entries(SUBSCRIPTION_PROCEDURES),
  ...Object.entries(REGISTRATION_PROCEDURES),
  ['wamp.subscription.get_events', eventHistory],
]);

/**
 * The handler of `wamp.*`: tells of sessions, subscriptions and registrations. Nobody can publish there, so that meta
 * events come from the router alone. [WAMP2 §Session Meta API] [WAMP2 §Subscription Meta API] [WAMP2 §Registration Meta
 * API]
 */
export class MetaApi implements TopicHandler {
  readonly #parts: MetaParts;

  constructor(parts: MetaParts) {
    this.#parts = parts;
  }

  onCall(session: Session, { channel }: TopicRequest, call: CallEvent): unknown {
    const procedure = PROCEDURES.get(channel);
    if (procedure === undefined) {
      throw new RouterError('no_such_procedure', `no procedure is named ${channel.slice(0, 256)}`);
    }
    const parts = this.#parts;
    try {
      return procedure({ parts, realm: parts.realm, session, given: new MetaArguments(call) });
    } catch (error) {
      throw error instanceof Wamp2Error ? wrong(error.message) : error;
    }
  }
}
