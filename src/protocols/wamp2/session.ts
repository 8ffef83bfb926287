import type { Connection } from '../../core/connection.js';
import type { Disconnect } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Realm } from '../../core/realm.js';
import { type Principal, Session } from '../../core/session.js';
import { checkAnnounced } from './announced.js';
import { Answering } from './answering.js';
import { Calling } from './calling.js';
import { Wamp2Error } from './codec.js';
import type { Wamp2Context } from './context.js';
import type { ClientMessage, HelloDetails } from './messages.js';
import { Notices } from './notices.js';
import { Publishing } from './publishing.js';
import { forgetsCanceledCalls, takesGoodbyeAsFinal } from './quirks.js';
import type { SessionDetails } from './session-details.js';
import { Subscribing } from './subscribing.js';
import type { Wire } from './wire.js';

/** Who enters a realm, and how it was found out. */
export interface Entrant {
  readonly id: string;
  readonly principal: Principal;
  readonly details: SessionDetails;
  readonly hello: HelloDetails;
}

/** One peer in one realm, from WELCOME to GOODBYE. [WAMP2 §Session Establishment] */
export class Wamp2Session {
  /** Whether the peer never comes back after a GOODBYE. */
  readonly takesGoodbyeAsFinal: boolean;
  readonly #hello: HelloDetails;
  readonly #session: Session;
  readonly #realm: Realm;
  readonly #wire: Wire;
  readonly #subscribing: Subscribing;
  readonly #publishing: Publishing;
  readonly #calling: Calling;
  readonly #answering: Answering;

  /** Of the `wire` it is the only user. Throws `limit_exceeded` for one session too many of a user. */
  constructor(
    { id, principal, details, hello }: Entrant,
    { wire, realm, end }: { wire: Wire; realm: Realm; end: (why: Disconnect) => void },
    context: Wamp2Context,
  ) {
    const notices = new Notices(wire);
    const session = openSession(id, principal, { connection: wire.connection, notices, end });
    const { roles } = hello;
    const common = { ...context, ...realm, session, wire, notices };
    this.#session = session;
    this.takesGoodbyeAsFinal = takesGoodbyeAsFinal(hello);
    this.#hello = hello;
    this.#realm = realm;
    this.#wire = wire;
    this.#subscribing = new Subscribing({
      ...common,
      canBeRevoked: roles.subscriber?.has('subscription_revocation') === true,
    });
    this.#publishing = new Publishing(common);
    this.#calling = new Calling({ ...common, forgetsCanceled: forgetsCanceledCalls(hello) });
    this.#answering = new Answering({
      ...common,
      features: {
        canceling: roles.callee?.has('call_canceling') === true,
        progressiveInvocations: roles.callee?.has('progressive_call_invocations') === true,
        passthru: roles.callee?.has('payload_passthru_mode') === true,
      },
      canBeRevoked: roles.callee?.has('registration_revocation') === true,
    });
    context.details.set(session, details);
    realm.router.open(session);
  }

  /** Throws `Wamp2Error` for a message that an established session may not send. */
  handle(message: ClientMessage): MaybePromise<void> {
    checkAnnounced(message, this.#hello);
    switch (message.type) {
      case 'publish':
        return this.#publishing.publish(message);
      case 'subscribe':
        return this.#subscribing.subscribe(message);
      case 'unsubscribe':
        return this.#subscribing.unsubscribe(message);
      case 'call':
        return this.#calling.call(message);
      case 'cancel':
        return this.#calling.cancel(message);
      case 'register':
        return this.#answering.register(message);
      case 'unregister':
        return this.#answering.unregister(message);
      case 'yield':
        return this.#answering.yield(message);
      case 'error':
        return this.#answering.fail(message);
      case 'event_received':
        return undefined;
      default:
        throw new Wamp2Error(`${message.type.toUpperCase()} within a session`);
    }
  }

  /** Nothing reaches it any more, not even an answer. Its calls, registrations and testaments end with it. */
  leave(): void {
    this.#wire.close();
    void this.#realm.router.leave(this.#session);
  }
}

function openSession(
  id: string,
  principal: Principal,
  parts: { connection: Connection; notices: Notices; end: (why: Disconnect) => void },
): Session {
  const session: Session = new Session({
    id,
    protocol: 'wamp2',
    principal,
    connection: parts.connection,
    end: parts.end,
    notify: (notice) => parts.notices.tell(session, notice),
  });
  return session;
}
