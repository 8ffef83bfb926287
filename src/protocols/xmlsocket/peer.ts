import type { Connection, ConnectionListener } from '../../core/connection.js';
import { DISCONNECT, type Disconnect, RouterError } from '../../core/errors.js';
import { Mailbox, type Recipient } from '../../core/mailbox.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Guest } from '../../core/protocol.js';
import { MAX_CREDENTIAL } from '../../core/read-attempt.js';
import { type Principal, Session, sessionId } from '../../core/session.js';
import { Chat } from './chat.js';
import type { XmlSocketContext } from './context.js';
import { type Login, readLogin, writeRefusal, writeWelcome } from './login.js';
import { type MessageSink, MessageSplitter } from './message-splitter.js';
import { isPolicyRequest } from './policy.js';
import { escapeXml, writeElement, xmlFrame } from './write-xml.js';
import { readXml, type XmlElement, XmlFault } from './xml-element.js';

/** The peer has ended its side, and reads what is answered. */
const DONE = Symbol('done');

/** Failed logins of one connection. */
const MOST_LOGINS = 5;

const LATE: Disconnect = { ...DISCONNECT.silent, reason: 'no login within xmlsocket.login_timeout' };

/** One XMLSocket peer: messages that a NUL ends, over TCP or in binary messages of WebSocket. */
export class XmlSocketPeer implements ConnectionListener, MessageSink, Recipient<string | typeof DONE> {
  readonly #connection: Connection;
  readonly #guest: Guest;
  readonly #context: XmlSocketContext;
  readonly #splitter: MessageSplitter;
  readonly #mailbox: Mailbox<string | typeof DONE>;
  readonly #timer: NodeJS.Timeout;
  #session: Session | undefined;
  #chat: Chat | undefined;
  #failed = 0;
  #closed = false;
  /** Messages of what is being read. */
  #messages = 0;

  constructor(connection: Connection, guest: Guest, context: XmlSocketContext) {
    this.#connection = connection;
    this.#guest = guest;
    this.#context = context;
    this.#splitter = new MessageSplitter(this, context.message);
    this.#mailbox = new Mailbox(this);
    this.#timer = setTimeout(() => this.#late(), context.loginTimeout);
    this.#timer.unref();
  }

  received(data: Buffer): void {
    this.#messages = 0;
    this.#splitter.read(data);
    // A message of WebSocket has counted as one already; octets of a stream have not.
    const counted = this.#connection.transport === 'tcp' ? 0 : 1;
    if (this.#messages > counted) this.#connection.charge?.(this.#messages - counted);
  }

  message(text: string): void {
    this.#messages++;
    this.#mailbox.push(text);
  }

  tooLong(): void {
    this.#context.meter.count('signalbox_limits_reached_total', { limit: 'limits.message' });
    this.#send(writeElement('error', { code: 'payload_too_large' }, 'a message is over limits.message'));
    this.#close(DISCONNECT.tooLarge);
  }

  handle(message: string | typeof DONE): MaybePromise<void> {
    if (message === DONE) return this.#close(DISCONNECT.closed);
    try {
      const element = readXml(message);
      return element && this.#settle(this.#do(element));
    } catch (error) {
      this.#refuse(error, {});
    }
  }

  /** Scripts end their side with their last message. */
  finished(): void {
    this.#mailbox.push(DONE);
  }

  disconnected(): void {
    this.#leave();
  }

  end(why: Disconnect): void {
    if (this.#closed) return;
    const code = why.code === DISCONNECT.draining.code ? 'draining' : 'ended';
    this.#send(writeElement('error', { code }, escapeXml(why.reason)));
    this.#close(why);
  }

  overfilled(): void {
    this.#connection.pause();
  }

  drained(): void {
    this.#connection.resume();
  }

  async #settle(done: MaybePromise<void>): Promise<void> {
    try {
      await done;
    } catch (error) {
      this.#refuse(error, {});
    }
  }

  #do(element: XmlElement): MaybePromise<void> {
    if (element.name === 'login') return this.#login(readLogin(element));
    if (this.#chat !== undefined) return this.#chat.handle(element);
    if (isPolicyRequest(element.name)) {
      this.#send(this.#context.policy);
      return this.#close(DISCONNECT.closed);
    }
    throw new RouterError('unauthorized', 'log in first', { hint: 'send <login u="" p=""/>' });
  }

  async #login(login: Login): Promise<void> {
    if (this.#session !== undefined)
      throw new RouterError('bad_request', 'this connection has logged in already', {
        hint: 'to be somebody else, connect once more',
      });
    const principal = await this.#identify(login);
    if (this.#closed) return;
    if (principal === undefined) this.#turnAway(login);
    else await this.#welcome(login, principal);
  }

  /** Undefined for who is not who it says. Who was let in by a credential of the handshake is that one. */
  async #identify({ name, password }: Login): Promise<Principal | undefined> {
    if (this.#guest.principal !== undefined) return this.#guest.principal;
    if (Math.max(name.length, password.length) > MAX_CREDENTIAL) return undefined;
    const { remoteAddress } = this.#connection;
    const credential = { source: 'login', identity: name, secret: password } as const;
    try {
      return await this.#context.authenticator.authenticate({
        remoteAddress,
        headers: {},
        ...(name !== '' && { credential }),
      });
    } catch (error) {
      if (RouterError.from(error).code === 'unauthorized') return undefined;
      throw error;
    }
  }

  #turnAway(login: Login): void {
    this.#send(writeRefusal(login));
    if (++this.#failed >= MOST_LOGINS) this.#close(DISCONNECT.badCredentials);
  }

  async #welcome(login: Login, principal: Principal): Promise<void> {
    const session = new Session({
      id: sessionId(),
      protocol: 'xmlsocket',
      principal,
      connection: this.#connection,
      end: (why) => this.end(why),
    });
    this.#context.router.open(session);
    this.#session = session;
    clearTimeout(this.#timer);
    this.#send(writeWelcome(login, session));
    this.#chat = new Chat({
      session,
      context: this.#context,
      send: (xml) => this.#send(xml),
      refuse: (error, about) => this.#refuse(error, about),
    });
    await this.#chat.begin();
  }

  /** Of one request; what is against the protocol ends the connection. */
  #refuse(error: unknown, { room }: { readonly room?: string | undefined }): void {
    if (this.#closed) return;
    const { code, message, request } = RouterError.from(error);
    if (code === 'bad_request')
      this.#context.meter.count('signalbox_malformed_messages_total', { protocol: 'xmlsocket' });
    this.#send(writeElement('error', { code, room_id: room, request }, escapeXml(message)));
    if (error instanceof XmlFault) this.#close({ ...DISCONNECT.malformed, reason: message });
  }

  #late(): void {
    this.#context.meter.count('signalbox_limits_reached_total', { limit: 'xmlsocket.login_timeout' });
    this.end(LATE);
  }

  #send(xml: string): void {
    this.#connection.send(xmlFrame(xml));
  }

  #close(why: Disconnect): void {
    if (this.#closed) return;
    this.#leave();
    this.#connection.close(why);
  }

  #leave(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#splitter.stop();
    this.#mailbox.close();
    if (this.#session !== undefined) void this.#context.router.leave(this.#session);
  }
}
