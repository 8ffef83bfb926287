import { CallError } from '../core/call-error.js';
import type { Disconnect } from '../core/errors.js';
import type { HistoryFilter } from '../core/history.js';
import { Payload } from '../core/payload.js';
import type { PresenceReport } from '../core/presence.js';
import type { Publication, PublicationOptions } from '../core/publication.js';
import type { CallReply } from '../core/rpc.js';
import { type Notice, type Principal, Session, sessionId } from '../core/session.js';
import type { ProcedureRouter, TopicRouter } from '../router/index.js';
import { Attempt } from './attempt.js';
import { FakeConnection } from './fake-connection.js';
import { Inbox, type Patience } from './inbox.js';
import type { Matcher } from './matching.js';
import type { TestClock } from './test-clock.js';
import { type SubscribeOptions, TestSubscription } from './test-subscription.js';

export interface PeerParts {
  readonly router: TopicRouter;
  readonly procedures: ProcedureRouter;
  readonly clock: TestClock;
}

/** A peer of a `TestApplication`, without a wire protocol: what it asks for goes through routes, access and handlers. */
export class ApplicationPeer {
  readonly session: Session;
  readonly #parts: PeerParts;
  readonly #notices: Inbox<Notice>;
  readonly #ends: Inbox<Disconnect>;

  constructor(parts: PeerParts, principal: Principal) {
    const { clock, router } = parts;
    const connection = new FakeConnection();
    this.#parts = parts;
    this.#notices = new Inbox({ what: 'notice', clock, view: (notice) => notice });
    this.#ends = new Inbox({ what: 'disconnect', clock, view: ({ code }) => code });
    connection.listener = {
      received: () => undefined,
      end: (why) => connection.close(why),
      disconnected: (why) => {
        this.#ends.push(why);
        void router.leave(this.session);
      },
    };
    this.session = new Session({
      id: sessionId(),
      protocol: 'test',
      principal,
      connection,
      end: (why) => connection.close(why),
      notify: (notice) => this.#notices.push(notice),
    });
    router.open(this.session);
  }

  /** What it was told beside messages, in order. */
  get notices(): readonly Notice[] {
    return this.#notices.received;
  }

  /** Why it was disconnected; undefined while it is connected, and where it left by itself. */
  get disconnected(): Disconnect | undefined {
    return this.#ends.received[0];
  }

  /** Resolves when joined. `.expectRefusal('forbidden')` of what it returns is the test of a refusal. */
  subscribe(channel: string, options: SubscribeOptions = {}): Attempt<TestSubscription> {
    const subscription = new TestSubscription(this.session, channel, { ...this.#parts, options });
    return this.#attempt(`the subscription to ${channel}`, () => subscription.join());
  }

  /** Resolves to the publication, or to nothing where the handler delivered none. */
  publish(
    channel: string,
    payload: unknown,
    options: PublicationOptions = {},
  ): Attempt<Publication | undefined> {
    return this.#attempt(`the publication on ${channel}`, async () => {
      const body = payload instanceof Payload ? payload : Payload.of(payload);
      const event = { exclude: [], eligible: [], ...options, payload: body };
      return this.#parts.router.publish(this.session, channel, event);
    });
  }

  /**
   * Resolves to the result: the one value, or `{args, kwargs}`. Rejects with the `RouterError` of a refusal, or with a
   * `CallError` that a handler has thrown.
   */
  call(procedure: string, ...args: readonly unknown[]): Attempt<unknown> {
    const ask = () =>
      new Promise((resolve, reject) => {
        const reply = (reply: CallReply) => settle(reply, resolve, reject);
        const payload = Payload.ofArguments({ list: args });
        this.#parts.procedures.call({ session: this.session, procedure, payload, reply });
      });
    return this.#attempt(`the call of ${procedure}`, ask);
  }

  /** What it may read of the history of a channel, oldest first. */
  history(channel: string, filter: HistoryFilter = {}): Attempt<readonly Publication[]> {
    const read = () => this.#parts.router.history(this.session, { channel, match: 'exact' }, filter);
    return this.#attempt(`the history of ${channel}`, async () => read());
  }

  /** Who is on a channel, as far as it may know. */
  presence(channel: string): Attempt<PresenceReport> {
    return this.#attempt(`who is on ${channel}`, async () =>
      this.#parts.router.present(this.session, channel),
    );
  }

  /** Gives it the identity of a new credential of the same user. Throws `forbidden` for another one. */
  renew(principal: Principal): void {
    this.#parts.router.renew(this.session, principal);
  }

  /** Leaves all channels, as a peer that closes its connection. */
  async leave(): Promise<void> {
    await this.#parts.router.leave(this.session);
  }

  /** A notice that matches, such as `{ type: 'expiring' }`. Throws `AssertionError`. */
  expectNotice(notice: Matcher, patience?: Patience): Promise<Notice> {
    return this.#notices.expect(notice, patience);
  }

  /** It is disconnected, with this close code where one is given. Throws `AssertionError`. */
  expectDisconnect(code?: number, patience?: Patience): Promise<Disconnect> {
    return this.#ends.expect(code, patience);
  }

  #attempt<T>(what: string, begin: () => Promise<T>): Attempt<T> {
    const { kind, id } = this.session.principal;
    const who = id === undefined ? kind : `${kind} ${id}`;
    return Attempt.of(`${what} by ${who}`, this.#parts.clock, begin);
  }
}

function settle(reply: CallReply, resolve: (value: unknown) => void, reject: (error: Error) => void): void {
  if (reply.type === 'result') resolve(reply.payload.value);
  else if (reply.type === 'refused') reject(reply.error);
  else if (reply.type === 'failed') reject(CallError.of(reply.failure));
}
