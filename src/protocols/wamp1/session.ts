import type { Connection, ConnectionListener } from '../../core/connection.js';
import { DISCONNECT, type Disconnect, RouterError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { JsonError, skipSpace, skipValue } from '../../core/json-scanner.js';
import { Mailbox, type Recipient } from '../../core/mailbox.js';
import { isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import type { Router } from '../../core/router.js';
import type { CallReply, Procedures } from '../../core/rpc.js';
import { type Notice, type Principal, Session, sessionId } from '../../core/session.js';
import { reportIdentity, SESSION_CHANNEL, SESSION_PROCEDURES } from '../../core/session-procedures.js';
import { encodeReply, readArguments } from './call.js';
import {
  type ClientMessage,
  decodeClientMessage,
  encodeError,
  encodeEvent,
  encodeWelcome,
  Wamp1Error,
} from './codec.js';
import { Curies } from './curies.js';
import { isPublish, readPublish } from './publish-frame.js';
import { readWanted } from './since.js';
import { Wamp1Subscription } from './subscription.js';

/** What all WAMP v1 sessions share. */
export interface Wamp1Context {
  readonly router: Router;
  readonly procedures: Procedures;
  /** Names the server in WELCOME. PHP clients cut the message at its brackets, so it must have none. */
  readonly ident: string;
  /** Levels of lists and objects in one message. */
  readonly depth: number;
  readonly malformed: (reason: string) => void;
}

/** Which of a client's requests an error answers, in the words of the ancestor's hooks. */
type Hook = 'onSubscribe' | 'onPublish';

/** One WAMP v1 peer. It speaks first, and is answered only when something is refused. [WAMP1 §Sessions] */
export class Wamp1Session implements ConnectionListener, Recipient<Buffer> {
  readonly #connection: Connection;
  readonly #context: Wamp1Context;
  readonly #session: Session;
  readonly #mailbox: Mailbox<Buffer>;
  #curies: Curies | undefined;
  #subscriptions: Map<string, Wamp1Subscription> | undefined;

  constructor(connection: Connection, principal: Principal, context: Wamp1Context) {
    this.#connection = connection;
    this.#context = context;
    this.#mailbox = new Mailbox(this);
    this.#session = new Session({
      id: sessionId(),
      protocol: 'wamp1',
      principal,
      connection,
      end: (why) => this.end(why),
      notify: (notice) => this.#tell(notice),
    });
    context.router.open(this.#session);
    this.#send(encodeWelcome(this.#session.id, context.ident));
  }

  received(data: Buffer, binary: boolean): void {
    if (binary) this.end(DISCONNECT.binary);
    else this.#mailbox.push(data);
  }

  disconnected(): void {
    this.#mailbox.close();
    void this.#context.router.leave(this.#session);
  }

  /**
   * AutobahnJS 0.8 and the ancestor's pages take a closing handshake, whatever its code, for "never come back":
   * a peer that should return has to see a lost connection.
   */
  end(why: Disconnect): void {
    if (why.reconnect) this.#connection.drop(why);
    else this.#connection.close(why);
  }

  handle(message: Buffer): MaybePromise<void> {
    try {
      return isPublish(message) ? this.#publish(message) : this.#dispatch(message);
    } catch (error) {
      if (!(error instanceof JsonError || error instanceof Wamp1Error)) throw error;
      this.#context.malformed(error.message);
      this.end({ ...DISCONNECT.malformed, reason: `malformed message: ${error.message}` });
    }
  }

  overfilled(): void {
    this.#connection.pause();
  }

  drained(): void {
    this.#connection.resume();
  }

  #dispatch(bytes: Buffer): MaybePromise<void> {
    if (skipSpace(bytes, skipValue(bytes, skipSpace(bytes, 0), this.#context.depth)) !== bytes.length) {
      throw new Wamp1Error('text after the message');
    }
    const message = decodeClientMessage(bytes.toString('utf8'));
    switch (message.type) {
      case 'prefix':
        this.#curies ??= new Curies();
        return this.#curies.declare(message.prefix, message.uri);
      case 'subscribe':
        return this.#subscribe(this.#expand(message.channel));
      case 'unsubscribe':
        return this.#unsubscribe(this.#expand(message.channel));
      case 'call':
        return this.#call(message);
    }
  }

  /** A repeated SUBSCRIBE is ignored; one after a refusal is not. */
  async #subscribe(uri: string): Promise<void> {
    this.#subscriptions ??= new Map();
    if (this.#subscriptions.has(uri)) return;
    const { router } = this.#context;
    try {
      const subscription = new Wamp1Subscription(this.#session, readWanted(uri, router), this.#lost);
      await router.subscribe(subscription);
      this.#subscriptions.set(uri, subscription);
    } catch (error) {
      this.#refuse(uri, 'onSubscribe', error);
    }
  }

  /** The router has ended a subscription: to the peer it is refused, as if it had asked now. */
  readonly #lost = (channel: string, why: RouterError): void => {
    this.#subscriptions?.delete(channel);
    this.#refuse(channel, 'onSubscribe', why);
  };

  #unsubscribe(channel: string): MaybePromise<void> {
    const subscription = this.#subscriptions?.get(channel);
    if (subscription === undefined) return undefined;
    this.#subscriptions?.delete(channel);
    return this.#context.router.unsubscribe(subscription);
  }

  #publish(bytes: Buffer): MaybePromise<void> {
    const { channel: name, payload, receivers } = readPublish(bytes, this.#context.depth);
    const channel = this.#expand(name);
    const exclude = receivers.excludeMe ? [this.#session.id] : receivers.exclude;
    try {
      const done = this.#context.router.publish(this.#session, channel, {
        payload,
        exclude,
        eligible: receivers.eligible,
      });
      if (isPromise(done)) return this.#settle(done, channel);
    } catch (error) {
      this.#refuse(channel, 'onPublish', error);
    }
  }

  async #settle(done: Promise<unknown>, channel: string): Promise<void> {
    try {
      await done;
    } catch (error) {
      this.#refuse(channel, 'onPublish', error);
    }
  }

  /** Calls run beside one another; a renewal holds up what comes after it, which may need the new rights. */
  #call({ callId, procedure: name, args }: ClientMessage & { type: 'call' }): MaybePromise<void> {
    const procedure = this.#expand(name);
    if (procedure !== SESSION_PROCEDURES.renew) {
      this.#invoke(procedure, args, (reply) => this.#reply(callId, procedure, reply));
      return undefined;
    }
    return new Promise((resolve) => {
      this.#invoke(procedure, args, (reply) => {
        this.#reply(callId, procedure, reply);
        resolve();
      });
    });
  }

  #invoke(procedure: string, args: readonly unknown[], reply: (reply: CallReply) => void): void {
    const payload = readArguments(args);
    this.#context.procedures.call({ session: this.#session, procedure, payload, reply });
  }

  #reply(callId: string, procedure: string, reply: CallReply): void {
    const text = encodeReply(callId, procedure, reply);
    if (text !== undefined) this.#send(text);
  }

  /** An EVENT that nobody subscribes to: AutobahnJS passes over it, `sync` reads it. */
  #tell(notice: Notice): void {
    const detail = notice.type === 'identity' ? reportIdentity(this.#session) : { in: notice.in };
    this.#send(encodeEvent(SESSION_CHANNEL, { type: notice.type, ...detail }));
  }

  /** A CALLERROR that carries the channel for its call id: AutobahnJS ignores it, `sync` reads it. */
  #refuse(channel: string, event: Hook, cause: unknown): void {
    const { code, status, message, hint, request } = RouterError.from(cause);
    const details = { code: status, error: code, event, channel, hint, request };
    this.#send(encodeError(channel, channel, message, details));
  }

  #expand(name: string): string {
    return this.#curies === undefined ? name : this.#curies.expand(name);
  }

  #send(text: string): void {
    this.#connection.send(Frame.text(text));
  }
}
