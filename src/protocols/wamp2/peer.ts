import type { Challenge, ProvenIdentity } from '../../core/authenticator.js';
import type { Connection, ConnectionListener } from '../../core/connection.js';
import { DISCONNECT, type Disconnect, RouterError } from '../../core/errors.js';
import { Mailbox, type Recipient } from '../../core/mailbox.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Guest } from '../../core/protocol.js';
import type { Realm } from '../../core/realm.js';
import { sessionId } from '../../core/session.js';
import { MESSAGE, Wamp2Error } from './codec.js';
import type { Wamp2Context } from './context.js';
import { join } from './joining.js';
import type { ClientMessage, HelloDetails } from './messages.js';
import { abortUri, goodbyeDetails, goodbyeUri, turnedAway } from './reasons.js';
import type { Serializer } from './serializer.js';
import { Wamp2Session } from './session.js';
import { REASON } from './uris.js';
import { welcome } from './welcome.js';
import { Wire } from './wire.js';

/** Milliseconds that a connection without a session is kept: for a peer to say HELLO again, or to answer a GOODBYE. */
const LINGER = 500;

/** Nobody in particular for too long. */
const LATE: Disconnect = { ...DISCONNECT.silent, reason: 'no session within limits.handshake_timeout' };

/** Whom a peer says it is, between HELLO and WELCOME. */
interface Applicant {
  readonly id: string;
  readonly realm: Realm;
  readonly hello: HelloDetails;
  readonly method: string;
  /** Where it is known from. */
  readonly provider: string;
}

type State =
  | { readonly name: 'open' }
  | { readonly name: 'asked'; readonly applicant: Applicant; readonly challenge: Challenge }
  | { readonly name: 'established'; readonly session: Wamp2Session }
  | { readonly name: 'leaving'; readonly why: Disconnect }
  | { readonly name: 'closed' };

const OPEN: State = { name: 'open' };
/** Open again after a GOODBYE: a HELLO has as much time as the first one had. */
const REOPENED: State = { name: 'open' };
const CLOSED: State = { name: 'closed' };

/** One WAMP v2 peer: from HELLO to GOODBYE, and again. [WAMP2 §Sessions] */
export class Wamp2Peer implements ConnectionListener, Recipient<ClientMessage> {
  readonly #connection: Connection;
  readonly #guest: Guest;
  readonly #context: Wamp2Context;
  readonly #wire: Wire;
  readonly #mailbox: Mailbox<ClientMessage>;
  #state: State = OPEN;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    connection: Connection,
    guest: Guest,
    { serializer, context }: { serializer: Serializer; context: Wamp2Context },
  ) {
    this.#connection = connection;
    this.#guest = guest;
    this.#context = context;
    this.#wire = new Wire(connection, serializer);
    this.#mailbox = new Mailbox(this);
    this.#expect(context.handshakeTimeout, LATE);
  }

  received(data: Buffer, binary: boolean): void {
    try {
      const messages = this.#wire.serializer.decode(data, binary);
      if (messages.length > 1) this.#connection.charge?.(messages.length - 1);
      for (const message of messages) this.#mailbox.push(message);
    } catch (error) {
      this.#violated(error);
    }
  }

  handle(message: ClientMessage): MaybePromise<void> {
    try {
      return this.#take(message);
    } catch (error) {
      this.#violated(error);
    }
  }

  disconnected(): void {
    this.#mailbox.close();
    this.#enter(CLOSED);
  }

  /** Says GOODBYE and ends the connection with the peer's answer, or soon after. [WAMP2 §Closing] */
  end(why: Disconnect): void {
    if (this.#state.name === 'closed' || this.#state.name === 'leaving') return;
    if (this.#state.name !== 'established') this.#abort(goodbyeUri(why), why.reason, why);
    else if (why.reconnect && this.#state.session.takesGoodbyeAsFinal) this.#close(why);
    else this.#sayGoodbye(why);
  }

  overfilled(): void {
    this.#connection.pause();
  }

  drained(): void {
    this.#connection.resume();
  }

  #take(message: ClientMessage): MaybePromise<void> {
    const state = this.#state;
    switch (state.name) {
      case 'open':
        if (message.type === 'hello') return this.#greet(message);
        break;
      case 'asked':
        if (message.type === 'authenticate') return this.#prove(message, state);
        break;
      case 'established':
        if (message.type === 'goodbye') return this.#goodbye();
        if (message.type !== 'abort') return state.session.handle(message);
        break;
      case 'leaving':
        if (message.type === 'goodbye') this.#close(state.why);
        return undefined;
      case 'closed':
        return undefined;
    }
    if (message.type === 'abort') return this.#close(DISCONNECT.closed);
    throw new Wamp2Error(`${message.type.toUpperCase()} without a session`);
  }

  async #greet({ realm: name, details: hello }: ClientMessage & { type: 'hello' }): Promise<void> {
    const state = this.#state;
    if (state === REOPENED) this.#expect(this.#context.handshakeTimeout, LATE);
    const realm = this.#context.realms.get(name);
    if (realm === undefined)
      return this.#abort(REASON.noSuchRealm, `there is no realm ${name.slice(0, 256)}`);
    if (Object.keys(hello.roles).length === 0) {
      return this.#abort(REASON.noSuchRole, 'HELLO.Details.roles must have one of the roles');
    }
    const id = sessionId();
    const { remoteAddress } = this.#connection;
    try {
      const step = await join({ hello, guest: this.#guest, remoteAddress, session: id }, this.#context);
      const provider = step.type === 'asked' ? 'logins' : 'signalbox';
      const applicant = { id, realm, hello, method: step.method, provider };
      if (this.#state !== state) return;
      if (step.type === 'known') return this.#welcome(applicant, step);
      this.#enter({ name: 'asked', applicant, challenge: step.challenge });
      this.#wire.send([MESSAGE.CHALLENGE, step.method, step.challenge.extra]);
    } catch (error) {
      this.#turnAway(error);
    }
  }

  async #prove(
    { signature, extra }: ClientMessage & { type: 'authenticate' },
    state: State & { readonly name: 'asked' },
  ): Promise<void> {
    try {
      const proven = await state.challenge.answer(signature, extra);
      if (this.#state === state) this.#welcome(state.applicant, proven);
    } catch (error) {
      this.#turnAway(error);
    }
  }

  #welcome(applicant: Applicant, { principal, extra }: ProvenIdentity): void {
    const { id, realm, hello, method, provider } = applicant;
    const details = { authmethod: method, authprovider: provider, transport: {} };
    const wire = new Wire(this.#connection, this.#wire.serializer);
    const ends = { wire, realm, end: (why: Disconnect) => this.end(why) };
    const before = this.#state;
    const session = new Wamp2Session({ id, principal, details, hello }, ends, this.#context);
    if (this.#state !== before) {
      // Whoever heard of it has ended it at once: nobody is welcomed.
      session.leave();
      return;
    }
    clearTimeout(this.#timer);
    this.#enter({ name: 'established', session });
    const agent = this.#context.ident;
    this.#wire.send(welcome({ id, realm: realm.name, agent, principal, method, provider, extra }));
  }

  /** The connection may serve another session; AutobahnJS wants to see it closed with 1000. */
  #goodbye(): void {
    this.#enter(REOPENED);
    this.#wire.send([MESSAGE.GOODBYE, {}, REASON.goodbyeAndOut]);
    this.#expect(LINGER, DISCONNECT.closed);
  }

  #sayGoodbye(why: Disconnect): void {
    this.#wire.send([MESSAGE.GOODBYE, goodbyeDetails(why), goodbyeUri(why)]);
    this.#enter({ name: 'leaving', why });
    this.#expect(LINGER, why);
  }

  #turnAway(error: unknown): void {
    const refusal = RouterError.from(error);
    const uri = abortUri(error, { wasAsked: this.#state.name === 'asked' });
    this.#abort(uri, refusal.message, turnedAway(refusal));
  }

  #violated(error: unknown): void {
    if (!(error instanceof Wamp2Error)) throw error;
    if (this.#state.name === 'leaving') return;
    this.#context.malformed(error.message);
    this.#abort(REASON.protocolViolation, error.message, {
      ...DISCONNECT.malformed,
      reason: `malformed message: ${error.message}`,
    });
  }

  /** Without arguments, though they may be there: autobahn-python takes none. [WAMP2 §ABORT] */
  #abort(uri: string, message: string, why: Disconnect = DISCONNECT.closed): void {
    if (this.#state.name === 'closed') return;
    this.#enter(CLOSED);
    this.#wire.send([MESSAGE.ABORT, { message }, uri]);
    this.#close(why);
  }

  #close(why: Disconnect): void {
    this.#mailbox.close();
    this.#enter(CLOSED);
    this.#connection.close(why);
  }

  #expect(milliseconds: number, why: Disconnect): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (why === LATE) this.#context.late();
      this.#close(why);
    }, milliseconds);
    this.#timer.unref();
  }

  /** A session that is left has left everything before anything else happens. */
  #enter(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (before.name === 'established') before.session.leave();
    if (state.name === 'closed') clearTimeout(this.#timer);
  }
}
