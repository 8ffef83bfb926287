/**
 * The client. A subscribe or publish goes through here to the open conversation, or waits until the link has one.
 * What the callbacks want is kept in `Subscriptions`, and told to the server again after each welcome.
 */
import { Calls } from './calls.js';
import type { Codec, Heard, Receivers, Refusal } from './codec.js';
import { type Identity, readIdentity, SESSION_PROCEDURES } from './identity.js';
import { type Ending, Link, type State } from './link.js';
import { Listeners } from './listeners.js';
import { DEFAULTS, type Settings, type SyncOptions } from './options.js';
import { type Letter, Outbox } from './outbox.js';
import { Renewal } from './renewal.js';
import { type Callback, Subscriptions } from './subscriptions.js';
import { SyncError } from './sync-error.js';
import { report, type SyncEvents } from './sync-events.js';
import { wamp1 } from './wamp1.js';

/** Publishes, subscribes and calls over one connection, which it keeps up. Usable before there is one. */
export class Sync {
  readonly #listeners: Listeners<SyncEvents>;
  readonly #subscriptions = new Subscriptions();
  readonly #outbox = new Outbox();
  readonly #calls: Calls;
  readonly #link: Link;
  readonly #renewal: Renewal;
  /** Channels that the server refused since the last welcome. */
  readonly #refused = new Set<string>();
  #settings: Settings;

  constructor(options: SyncOptions = {}, listeners = new Listeners<SyncEvents>(), codec: Codec = wamp1) {
    this.#listeners = listeners;
    this.#settings = withDefaults(DEFAULTS, options);
    this.#calls = new Calls(this.#settings.clock);
    this.#link = new Link(() => this.#settings, codec, {
      entered: (state) => this.#entered(state),
      heard: (message) => this.#heard(message),
      ended: (why) => this.#ended(why),
      lost: (outage) => void this.#listeners.announce('connection_lost', outage),
      retry: (next) => void this.#listeners.announce('retry', next),
      failed: (error) => this.#report(error),
    });
    this.#renewal = new Renewal({
      settings: () => this.#settings,
      renew: (secret) => this.renew(secret),
      failed: (error) => this.#report(error),
    });
  }

  get state(): State {
    return this.#link.state;
  }

  /** Every subscription in the order in which it was made. */
  entries(): [channel: string, callback: Callback][] {
    return this.#subscriptions.entries();
  }

  /** Changes options; they hold from the next attempt on. */
  configure(options: SyncOptions): void {
    this.#settings = withDefaults(this.#settings, options);
  }

  /**
   * Calls back with the payload of each message on the channel, until the returned function or `unsubscribe` ends it.
   * The same callback twice is one. A refusal is an `error` event; the channel is tried again after a reconnect.
   */
  subscribe(channel: string, callback: Callback): () => void {
    if (typeof channel !== 'string') throw new TypeError('the channel must be a string');
    if (typeof callback !== 'function') throw new TypeError(`the callback for ${channel} must be a function`);
    const first = this.#subscriptions.add(channel, callback);
    if (first || this.#refused.delete(channel)) this.#link.conversation?.subscribe(channel);
    this.#wake();
    return () => this.unsubscribe(channel, callback);
  }

  /** Ends one callback, or without one all of the channel. An unknown channel or callback changes nothing. */
  unsubscribe(channel: string, callback?: Callback): void {
    if (!this.#subscriptions.remove(channel, callback)) return;
    this.#refused.delete(channel);
    this.#link.conversation?.unsubscribe(channel);
  }

  /** Sends now or as soon as connected. A refusal is an `error` event. Throws what JSON cannot say. */
  publish(channel: string, payload?: unknown, options: Receivers = {}): void {
    if (typeof channel !== 'string') throw new TypeError('the channel must be a string');
    if (this.#link.conversation) this.#link.conversation.publish(channel, payload, options);
    else this.#keep(channel, snapshot(payload), options);
  }

  /** Resolves with the result; rejects with a `SyncError` when refused, too late, or when the connection is lost. */
  call(procedure: string, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const copy = args.map(snapshot);
      const id = this.#calls.open(this.#settings.callTimeout, { resolve, reject });
      this.#post({
        channel: procedure,
        send: (conversation) => {
          if (this.#calls.has(id)) conversation.call(id, procedure, copy);
        },
        refuse: (error) => this.#calls.reject(id, error),
      });
    });
  }

  /** Who this session is, as the server sees it. Rejects as `call` does. */
  async identity(): Promise<Identity> {
    return readIdentity(await this.call(SESSION_PROCEDURES.identity));
  }

  /**
   * Hands a new ticket or token to the server, for the same user and on the same connection; without one the options say
   * where to get it. Resolves with the new identity; rejects as `call` does, with `ticket_failed`, and with
   * `renewal_failed` where the options have no function and no url to get one from.
   */
  async renew(credential?: string): Promise<Identity> {
    const secret = credential ?? (await this.#renewal.credential());
    return readIdentity(await this.call(SESSION_PROCEDURES.renew, secret));
  }

  /** Connects now, unless connected or about to be: also out of the pause before a retry, and after `close`. */
  connect(): void {
    this.#link.connect();
  }

  /** Connects anew, with a new ticket. */
  reconnect(): void {
    this.#link.reconnect();
  }

  /** Ends the connection for good. Subscriptions are kept for a later `connect`; what waits is refused. */
  close(): void {
    this.#link.close();
  }

  on<Name extends keyof SyncEvents>(name: Name, listener: (detail: SyncEvents[Name]) => void): this {
    this.#listeners.on(name, listener);
    return this;
  }

  /** Without a listener: all of this name. */
  off<Name extends keyof SyncEvents>(name: Name, listener?: (detail: SyncEvents[Name]) => void): this {
    this.#listeners.off(name, listener);
    return this;
  }

  #keep(channel: string, payload: unknown, options: Receivers): void {
    this.#post({
      channel,
      send: (conversation) => conversation.publish(channel, payload, options),
      refuse: (error) => this.#report(error),
    });
  }

  #post(letter: Letter): void {
    if (this.#link.conversation) letter.send(this.#link.conversation);
    else this.#outbox.add(letter, this.#settings.queueSize);
    if (this.state === 'closed') this.#discard();
    this.#wake();
  }

  /** In a moment, so that a page can still configure us. */
  #wake(): void {
    if (this.state !== 'idle' || !this.#settings.autoConnect) return;
    queueMicrotask(() => {
      const wanted = this.#outbox.size > 0 || this.#subscriptions.channels().length > 0;
      if (wanted && this.state === 'idle' && this.#settings.autoConnect) this.connect();
    });
  }

  #entered(state: State): void {
    if (state === 'closed') this.#discard();
    this.#listeners.announce('state', { state });
  }

  #ended({ code, reason }: Ending): void {
    this.#renewal.cancel();
    this.#calls.lost(`connection lost: ${reason || code}`);
  }

  #discard(): void {
    this.#outbox.discard('closed', 'the connection is closed');
  }

  #heard(message: Heard): void {
    if (message.type === 'event') this.#deliver(message.channel, message.payload);
    if (message.type === 'expiring') this.#renewal.expiring(message.in);
    if (message.type === 'identity') this.#listeners.announce('identity', message.identity);
    if (message.type === 'welcome') this.#restore(message.sessionId);
    if (message.type === 'result') this.#calls.resolve(message.callId, message.result);
    if (message.type === 'call_refused') this.#calls.reject(message.callId, errorOf(message.refusal));
    if (message.type === 'refused') this.#refuse(message.channel, message.refusal);
  }

  #restore(sessionId: string): void {
    const conversation = this.#link.conversation;
    if (!conversation) return;
    this.#refused.clear();
    for (const channel of this.#subscriptions.channels()) conversation.subscribe(channel);
    this.#outbox.send(conversation);
    this.#listeners.announce('connection_established', { sessionId });
  }

  #deliver(channel: string, payload: unknown): void {
    this.#subscriptions.deliver(channel, payload, (cause) => {
      const message = `a callback of ${channel} threw: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.#report(new SyncError('callback_failed', message, { channel, cause }));
    });
  }

  #refuse(channel: string, refusal: Refusal): void {
    if (refusal.event !== 'onPublish') this.#refused.add(channel);
    this.#report(errorOf(refusal, channel));
  }

  #report(error: SyncError): void {
    report(this.#listeners, error);
  }
}

/** What is undefined does not replace what is set. */
function withDefaults(settings: Settings, options: SyncOptions): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(given) };
}

/** What JSON would carry at this moment; the caller may change the original later. */
function snapshot(value: unknown): unknown {
  return JSON.parse(JSON.stringify([value]))[0];
}

function errorOf(refusal: Refusal, channel?: string): SyncError {
  const { code, message, ...details } = refusal;
  return new SyncError(code, message, { channel, ...details });
}
