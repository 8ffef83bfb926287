/**
 * The client. A subscribe or publish goes through here to the open conversation, or waits until the link has one.
 * What the callbacks want is kept in `Subscriptions`, and told to the server again after each welcome.
 */
import type { CallRequest } from './call-request.js';
import { type Call, Calls } from './calls.js';
import type { Ending, Heard, PublicationOptions, Refusal } from './codec.js';
import { type Identity, readIdentity, SESSION_PROCEDURES } from './identity.js';
import { type Interest, interestIn, keyOf, type SubscribeOptions } from './interest.js';
import { Link } from './link.js';
import type { State } from './link-listener.js';
import { Listeners } from './listeners.js';
import { DEFAULTS, type Settings, type SyncOptions, withDefaults } from './options.js';
import { type Letter, Outbox, refusedBy } from './outbox.js';
import type { Start } from './progress.js';
import { notAnswered, publicationLetter } from './publication.js';
import { Renewal } from './renewal.js';
import { snapshot } from './snapshot.js';
import { type Callback, type Entry, Subscriptions } from './subscriptions.js';
import { errorOf, SyncError } from './sync-error.js';
import { report, reportOutage, type SyncEvents } from './sync-events.js';
import { addressed, type ChannelParams } from './template.js';

type Subscribed = readonly [channel: string, callback: Callback, options?: SubscribeOptions];

/** Publishes, subscribes and calls over one connection, which it keeps up. Usable before there is one. */
export class Sync {
  readonly #listeners: Listeners<SyncEvents>;
  readonly #subscriptions = new Subscriptions((channel, cause) => this.#failed(channel, cause));
  readonly #outbox = new Outbox();
  readonly #calls: Calls;
  readonly #link: Link;
  readonly #renewal: Renewal;
  /** Keys of what the server refused since the last welcome. */
  readonly #refused = new Set<string>();
  #settings: Settings;

  constructor(options: SyncOptions = {}, listeners = new Listeners<SyncEvents>()) {
    this.#listeners = listeners;
    this.#settings = withDefaults(DEFAULTS, options);
    this.#calls = new Calls(this.#settings.clock);
    this.#link = new Link(() => this.#settings, {
      entered: (state) => this.#entered(state),
      heard: (message) => this.#heard(message),
      ended: (why) => this.#ended(why),
      lost: (outage) => reportOutage(this.#listeners, outage),
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
  entries(): Entry[] {
    return this.#subscriptions.entries();
  }

  /** Changes options; they hold from the next attempt on. */
  configure(options: SyncOptions): void {
    this.#settings = withDefaults(this.#settings, options);
  }

  /**
   * Calls back with the payload of each message on the channel, or on those that match a pattern, until the returned
   * function or `unsubscribe` ends it. The same callback twice is one. A refusal is an `error` event; the channel is
   * tried again after a reconnect. A channel with parameters, as `chat/{room}`, is followed by them.
   */
  subscribe(
    template: string,
    params: ChannelParams,
    callback: Callback,
    options?: SubscribeOptions,
  ): () => void;
  subscribe(channel: string, callback: Callback, options?: SubscribeOptions): () => void;
  subscribe(...given: readonly unknown[]): () => void {
    const [channel, callback, options = {}] = addressed(given) as Subscribed;
    if (typeof channel !== 'string') throw new TypeError('the channel must be a string');
    if (typeof callback !== 'function') throw new TypeError(`the callback for ${channel} must be a function`);
    const interest = interestIn(channel, options);
    const first = this.#subscriptions.add(channel, callback, options);
    if (first || this.#refused.delete(keyOf(interest))) this.#ask(interest);
    this.#wake();
    return () => this.unsubscribe(channel, callback, options);
  }

  /** Ends one callback, or without one all of the channel or pattern. What is unknown changes nothing. */
  unsubscribe(template: string, params: ChannelParams, callback?: Callback): void;
  unsubscribe(channel: string, callback?: Callback, options?: Pick<SubscribeOptions, 'match'>): void;
  unsubscribe(...given: readonly unknown[]): void {
    const [channel, callback, options = {}] = addressed(given) as Partial<Subscribed> & readonly [string];
    const interest = interestIn(channel, options);
    if (!this.#subscriptions.remove(interest, callback)) return;
    this.#refused.delete(keyOf(interest));
    this.#link.conversation?.unsubscribe(interest);
  }

  /** Sends now or as soon as connected. A refusal is an `error` event. Throws what JSON cannot say. */
  publish(template: string, params: ChannelParams, payload: unknown, options?: PublicationOptions): void;
  publish(channel: string, payload?: unknown, options?: PublicationOptions): void;
  publish(...given: readonly unknown[]): void {
    const [channel, payload, options = {}] = addressed(given) as [string, unknown?, PublicationOptions?];
    if (typeof channel !== 'string') throw new TypeError('the channel must be a string');
    const sent = this.#link.conversation && !options.retry ? payload : snapshot(payload);
    const refuse = (error: SyncError) => this.#report(error);
    this.#post({ ...publicationLetter(channel, sent, options), refuse });
  }

  /**
   * Resolves with the result; rejects with a `SyncError` when refused, canceled, too late, or when the connection is
   * lost. A request has its arguments within.
   */
  call(...given: readonly [procedure: string | CallRequest, ...args: readonly unknown[]]): Promise<unknown> {
    const [procedure, ...args] = addressed(given) as typeof given;
    const request = typeof procedure === 'string' ? { procedure, args } : procedure;
    return new Promise((resolve, reject) => this.#call(request, { resolve, reject }));
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

  #call(request: CallRequest, settle: Pick<Call, 'resolve' | 'reject'>): void {
    const { procedure, timeout = this.#settings.callTimeout, signal, onProgress } = request;
    const { args = [], kwargs } = snapshot({ args: request.args, kwargs: request.kwargs });
    const cancel = (id: string) => this.#link.conversation?.cancel(id);
    const failed = (cause: unknown) => this.#failed(procedure, cause);
    const id = this.#calls.open({ ...settle, timeout, signal, onProgress, failed, cancel });
    const question = { procedure, args, kwargs, timeout, wantsProgress: onProgress !== undefined };
    this.#post({
      channel: procedure,
      send: (conversation, settled) => {
        settled();
        if (this.#calls.has(id)) conversation.call(id, question);
      },
      refuse: (error) => this.#calls.reject(id, error),
    });
  }

  #ask(interest: Interest): void {
    try {
      this.#link.conversation?.subscribe(interest, this.#subscriptions.recovery(interest));
    } catch (cause) {
      this.#report(refusedBy(cause, interest.channel));
    }
  }

  #post(letter: Letter): void {
    if (this.#link.conversation) this.#outbox.post(letter, this.#link.conversation);
    else this.#outbox.add(letter, this.#settings.queueSize);
    if (this.state === 'closed') this.#discard();
    this.#wake();
  }

  /** In a moment, so that a page can still configure us. */
  #wake(): void {
    if (this.state !== 'idle' || !this.#settings.autoConnect) return;
    queueMicrotask(() => {
      const wanted = this.#outbox.size > 0 || this.#subscriptions.interests().length > 0;
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
    this.#outbox.lost(notAnswered(), this.#settings.queueSize);
  }

  #discard(): void {
    this.#outbox.discard('closed', 'the connection is closed');
  }

  #heard(message: Heard): void {
    if (message.type === 'event') this.#subscriptions.deliver(message);
    if (message.type === 'subscribed') this.#started(message.interest, message.start);
    if (message.type === 'expiring') this.#renewal.expiring(message.in);
    if (message.type === 'identity') this.#listeners.announce('identity', message.identity);
    if (message.type === 'welcome') this.#restore(message.sessionId);
    if (message.type === 'progress') this.#calls.progress(message.callId, message.result);
    if (message.type === 'result') this.#calls.resolve(message.callId, message.result);
    if (message.type === 'call_refused') this.#calls.reject(message.callId, errorOf(message.refusal));
    if (message.type === 'refused') this.#refuse(message.interest, message.refusal);
  }

  #restore(sessionId: string): void {
    const conversation = this.#link.conversation;
    if (!conversation) return;
    this.#refused.clear();
    for (const interest of this.#subscriptions.interests()) this.#ask(interest);
    this.#outbox.send(conversation);
    this.#listeners.announce('connection_established', { sessionId });
  }

  #started(interest: Interest, start: Start): void {
    const outcome = this.#subscriptions.started(interest, start);
    if (outcome === 'recovered') this.#listeners.announce('recovered', { channel: interest.channel });
    else if (outcome) this.#listeners.announce('gap', outcome);
  }

  #failed(channel: string, cause: unknown): void {
    const message = `a callback of ${channel} threw: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.#report(new SyncError('callback_failed', message, { channel, cause }));
  }

  #refuse(interest: Interest, refusal: Refusal): void {
    if (refusal.event !== 'onPublish') this.#refused.add(keyOf(interest));
    this.#report(errorOf(refusal, interest.channel));
  }

  #report(error: SyncError): void {
    report(this.#listeners, error);
  }
}
