import type { Connection, ConnectionListener } from '../../core/connection.js';
import { DISCONNECT, type Disconnect, RouterError } from '../../core/errors.js';
import { Mailbox, type Recipient } from '../../core/mailbox.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Guest } from '../../core/protocol.js';
import { type Principal, Session, sessionId } from '../../core/session.js';
import { Chat } from './chat.js';
import type { XmlSocketParts } from './context.js';
import { identify, type Login, readLogin, writeLoginFailure, writeWelcome } from './login.js';
import { type MessageSink, MessageSplitter } from './message-splitter.js';
import { isPolicyRequest } from './policy.js';
import { writeError } from './write-error.js';
import { escapeXml, writeElement, xmlFrame } from './write-xml.js';
import { readXml, type XmlElement, XmlFault } from './xml-element.js';

/** Nothing more comes; what came before is handled first. */
const DONE = Symbol('done');

/** Failed logins of one connection. */
const MOST_LOGINS = 5;

const LATE: Disconnect = { ...DISCONNECT.silent, reason: 'no login within xmlsocket.login_timeout' };

/** What ends of connections are called here, by their numbers; all others are called `ended`. */
const ENDS: Readonly<Record<number, string>> = {
  [DISCONNECT.draining.code]: 'draining',
  [DISCONNECT.expired.code]: 'expired',
  [DISCONNECT.silent.code]: 'timeout',
};

/** One XMLSocket peer: messages that a NUL ends, over TCP or in binary messages of WebSocket. */
export class XmlSocketPeer implements ConnectionListener, MessageSink, Recipient<string | typeof DONE> {
  readonly #connection: Connection;
  readonly #guest: Guest;
  readonly #parts: XmlSocketParts;
  readonly #splitter: MessageSplitter;
  readonly #mailbox: Mailbox<string | typeof DONE>;
  readonly #timer: NodeJS.Timeout;
  #session: Session | undefined;
  #chat: Chat | undefined;
  #failed = 0;
  #closed = false;
  /** Messages of what is being read. */
  #messages = 0;

  constructor(connection: Connection, guest: Guest, parts: XmlSocketParts) {
    this.#connection = connection;
    this.#guest = guest;
    this.#parts = parts;
    this.#splitter = new MessageSplitter(this, parts.message);
    this.#mailbox = new Mailbox(this);
    this.#timer = setTimeout(() => this.#late(), parts.loginTimeout);
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
    if (text !== '') this.#mailbox.push(text);
  }

  tooLong(): void {
    this.#parts.meter.count('signalbox_limits_reached_total', { limit: 'limits.message' });
    this.#end('payload_too_large', { ...DISCONNECT.tooLarge, reason: 'a message is over limits.message' });
  }

  handle(message: string | typeof DONE): MaybePromise<void> {
    if (message === DONE) return this.#close(DISCONNECT.closed);
    try {
      const element = readXml(message);
      return element && this.#settle(this.#do(element));
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Scripts end their side with their last message. */
  finished(): void {
    this.#mailbox.push(DONE);
  }

  disconnected(): void {
    if (this.#closed) return;
    this.#splitter.stop();
    this.#mailbox.push(DONE);
  }

  end(why: Disconnect): void {
    this.#end(ENDS[why.code] ?? 'ended', why);
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
      this.#refuse(error);
    }
  }

  #do(element: XmlElement): MaybePromise<void> {
    if (element.name === 'login') return this.#login(readLogin(element));
    if (this.#chat !== undefined) return this.#chat.handle(element);
    if (isPolicyRequest(element.name)) {
      this.#send(this.#parts.policy);
      return this.#close(DISCONNECT.closed);
    }
    throw new RouterError('unauthorized', 'log in first', { hint: 'send <login u="" p=""/>' });
  }

  async #login(login: Login): Promise<void> {
    if (this.#session !== undefined)
      throw new RouterError('bad_request', 'this connection has logged in already', {
        hint: 'to be somebody else, connect once more',
      });
    try {
      const principal = await this.#identify(login);
      if (!this.#closed) this.#open(principal);
    } catch (error) {
      this.#turnAway(login, error);
      return;
    }
    if (this.#session === undefined) return;
    this.#send(writeWelcome(login, this.#session));
    await this.#chat?.begin();
  }

  /** Who was let in by a credential of the handshake is that one, whatever it calls itself. */
  #identify(login: Login): MaybePromise<Principal> {
    const { remoteAddress } = this.#connection;
    const { authenticator } = this.#parts;
    return this.#guest.principal ?? identify(login, { remoteAddress, authenticator });
  }

  /** Clients wait for the answer to a login, whatever is wrong. */
  #turnAway(login: Login, error: unknown): void {
    if (this.#closed) return;
    const reason = this.#errorFor(error);
    this.#send(writeLoginFailure(login));
    // Why a proof is wrong is nobody's business.
    if (RouterError.from(error).code !== 'unauthorized') this.#send(reason);
    if (++this.#failed >= MOST_LOGINS) this.#close(DISCONNECT.badCredentials);
  }

  #open(principal: Principal): void {
    const { router } = this.#parts;
    const session = new Session({
      id: sessionId(),
      protocol: 'xmlsocket',
      principal,
      connection: this.#connection,
      end: (why) => this.end(why),
    });
    router.open(session);
    if (this.#closed) {
      // Whoever heard of it has ended it at once: nobody is welcomed.
      void router.leave(session);
      return;
    }
    this.#session = session;
    clearTimeout(this.#timer);
    this.#chat = new Chat({
      session,
      context: this.#parts,
      send: (xml) => this.#send(xml),
      refuse: (error, room) => this.#refuse(error, room),
    });
  }

  /** Of one request; what is against the protocol ends the connection. */
  #refuse(error: unknown, room?: string): void {
    if (this.#closed) return;
    this.#send(this.#errorFor(error, room));
    if (error instanceof XmlFault) this.#close({ ...DISCONNECT.malformed, reason: error.message });
  }

  #errorFor(error: unknown, room?: string): string {
    const { remoteAddress } = this.#connection;
    return writeError(this.#parts.refusals, error, { remoteAddress, session: this.#session?.id, room });
  }

  #late(): void {
    this.#parts.meter.count('signalbox_limits_reached_total', { limit: 'xmlsocket.login_timeout' });
    this.end(LATE);
  }

  #send(xml: string): void {
    this.#connection.send(xmlFrame(xml));
  }

  #end(code: string, why: Disconnect): void {
    if (this.#closed) return;
    const retry = why.retryAfter === undefined ? undefined : String(why.retryAfter);
    this.#send(writeElement('error', { code, retry }, escapeXml(why.reason)));
    this.#close(why);
  }

  #close(why: Disconnect): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#splitter.stop();
    this.#mailbox.close();
    if (this.#session !== undefined) void this.#parts.router.leave(this.#session);
    this.#connection.close(why);
  }
}
