/**
 * The connection of a client: gets an address, opens a socket, waits for the welcome, and comes back after every
 * end but its own `close` and the codes 4500–4999. There is one socket at a time; what an older one still says is
 * ignored. One timer serves the three states that need one, since they exclude each other.
 */
import { address } from './address.js';
import { retryDelay } from './backoff.js';
import type { Codec, Conversation, Ending, Heard } from './codec.js';
import { codecOf } from './codecs.js';
import { SESSION_PROCEDURES } from './identity.js';
import type { LinkListener, State } from './link-listener.js';
import type { Settings, Socket } from './options.js';
import { PageEvents } from './page-events.js';
import { openSocket, say } from './sockets.js';
import { SyncError } from './sync-error.js';
import { unheard } from './unheard.js';

/** After `beforeunload` a lost connection is no news for this long: either the page goes, or the next failure tells. */
const QUIET_AFTER_UNLOAD = 3_000;

/** How long the close may take that follows a farewell. */
const PARTING = 1_000;

/** How long a server may take to show that it is still there. */
const SIGN_OF_LIFE = 5_000;

/** Any answer is one, also that there is no such procedure. */
const PROBE = { procedure: SESSION_PROCEDURES.identity, args: [], timeout: 0, wantsProgress: false };

export class Link {
  readonly #settings: () => Settings;
  readonly #listener: LinkListener;
  readonly #page = new PageEvents(
    () => this.#woken(),
    () => {
      this.#quietUntil = Date.now() + QUIET_AFTER_UNLOAD;
    },
  );
  #state: State = 'idle';
  /** Counts attempts; what belongs to an earlier one is stale. */
  #attempt = 0;
  #socket: Socket | undefined;
  #conversation: Conversation | undefined;
  /** Why the server has taken leave, until the socket is closed. */
  #farewell: Ending | undefined;
  #timer: unknown;
  /** Whether a sign of life is waited for. */
  #doubted = false;
  #retries = 0;
  #outage = false;
  #quietUntil = 0;

  constructor(settings: () => Settings, listener: LinkListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  get state(): State {
    return this.#state;
  }

  /** There is one from the welcome to the end of the connection. */
  get conversation(): Conversation | undefined {
    return this.#state === 'open' ? this.#conversation : undefined;
  }

  /** Connects now, unless that is done or under way. */
  connect(): void {
    if (this.#state === 'connecting' || this.#state === 'open') return;
    this.#begin();
  }

  /** Ends the connection, if there is one, and connects anew. */
  reconnect(): void {
    this.#end({ code: 1000, reason: 'reconnect' });
    this.#retries = 0;
    this.#begin();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#end({ code: 1000, reason: 'closed by this client' });
    this.#page.ignore();
    this.#retries = 0;
    this.#outage = false;
    this.#enter('closed');
  }

  #begin(): void {
    const attempt = this.#abandon();
    this.#page.listen();
    const { connectTimeout } = this.#settings();
    const late = { code: 1006, reason: `not connected within ${connectTimeout} ms` };
    this.#start(connectTimeout, () => this.#lose(late));
    this.#enter('connecting');
    void this.#open(attempt);
  }

  async #open(attempt: number): Promise<void> {
    try {
      const url = await address(this.#settings());
      const settings = this.#settings();
      const codec = codecOf(settings.protocol);
      if (attempt === this.#attempt) this.#listen(openSocket(url, settings), codec, url);
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(error);
    }
  }

  /** A ticket may come next time; a wrong url stays wrong. */
  #fail(cause: unknown): void {
    const error = cause instanceof SyncError ? cause : new SyncError('bad_url', String(cause), { cause });
    if (error.code === 'ticket_failed') this.#lose({ code: 1006, reason: error.message });
    else this.close();
    this.#listener.failed(error);
  }

  #listen(socket: Socket, codec: Codec, url: string): void {
    const attempt = this.#attempt;
    const { realm } = this.#settings();
    const current =
      <Event>(react: (event: Event) => void) =>
      (event: Event) => {
        if (attempt === this.#attempt) react(event);
      };
    this.#socket = socket;
    socket.onopen = current(() => {
      this.#conversation = codec.start((text) => say(socket, text), { realm });
    });
    socket.onmessage = current(({ data }: { data: unknown }) => this.#hear(data));
    const told = (reason: string) => reason || (this.#conversation || this.#farewell ? '' : unheard(url));
    socket.onclose = current(({ code, reason }: Ending) => this.#closed({ code, reason: told(reason) }));
    socket.onerror = () => {}; // a close follows
  }

  #hear(data: unknown): void {
    if (this.#doubted) this.#settle();
    const message = this.#read(data);
    if (message?.type === 'farewell') this.#part(message.why);
    if (message?.type === 'welcome') this.#welcomed();
    if (message && this.#state === 'open') this.#listener.heard(message);
  }

  #read(data: unknown): Heard | undefined {
    try {
      return this.#conversation?.hear(data as string);
    } catch (cause) {
      const message = `unreadable message: ${String(data).slice(0, 200)}`;
      this.#listener.failed(new SyncError('unreadable', message, { cause }));
      return undefined;
    }
  }

  #welcomed(): void {
    this.#outage = false;
    this.#settle();
    this.#enter('open');
  }

  /** The connection is there. */
  #settle(): void {
    this.#doubted = false;
    this.#start(this.#settings().stableAfter, () => {
      this.#retries = 0;
    });
  }

  /** Timers and sockets may have stood still. */
  #woken(): void {
    if (this.#state === 'waiting') this.#begin();
    if (!this.conversation) return;
    this.#doubted = true;
    this.#start(SIGN_OF_LIFE, () => this.#lose({ code: 1006, reason: 'no sign of life' }));
    this.conversation.call('', PROBE);
  }

  /** The server has taken leave. What is said from now on waits; the close that follows may say more. */
  #part(why: Ending): void {
    this.#farewell = why;
    const spoke = this.conversation !== undefined;
    this.#conversation = undefined;
    this.#start(PARTING, () => this.#lose(why));
    this.#socket?.close(1000);
    if (spoke) this.#listener.ended(why);
  }

  #closed(why: Ending): void {
    this.#lose(why.code >= 4000 ? { ...this.#farewell, ...why } : (this.#farewell ?? why));
  }

  /** The connection, or the attempt, ended without our doing. */
  #lose(why: Ending): void {
    this.#end(why);
    const news = !this.#outage && Date.now() >= this.#quietUntil;
    if (why.code >= 4500 && why.code <= 4999) this.#giveUp(why, news);
    else this.#pause(why, news);
  }

  #pause({ code, reason, retryAfter }: Ending, news: boolean): void {
    const delay = retryDelay(this.#retries, this.#settings(), this.#settings().random, retryAfter);
    const retries = ++this.#retries;
    this.#outage ||= news;
    this.#start(delay, () => this.#begin());
    this.#enter('waiting');
    if (news) this.#listener.lost({ code, reason, retries, delay });
    this.#listener.retry({ retries, delay });
  }

  #giveUp({ code, reason }: Ending, news: boolean): void {
    const retries = this.#retries;
    this.close();
    if (news) this.#listener.lost({ code, reason, retries, delay: undefined });
    const hint = 'mend the cause, then call sync.connect()';
    this.#listener.failed(
      new SyncError('disconnected', `${reason || 'refused'} (${code})`, { status: code, hint }),
    );
  }

  /** Ends socket and conversation and tells the listener if there was one. */
  #end(why: Ending): void {
    const spoke = this.conversation !== undefined;
    this.#abandon();
    if (spoke) this.#listener.ended(why);
  }

  /** Makes everything up to now stale; returns the number of the next attempt. */
  #abandon(): number {
    this.#settings().clock.clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#conversation?.leave();
    this.#socket = this.#conversation = this.#farewell = undefined;
    this.#doubted = false;
    const attempt = ++this.#attempt;
    socket?.close(1000);
    return attempt;
  }

  #start(delay: number, action: () => void): void {
    const { clock } = this.#settings();
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(action, delay);
  }

  #enter(state: State): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#listener.entered(state);
  }
}
