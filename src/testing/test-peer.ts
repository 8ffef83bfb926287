import { CallError } from '../core/call-error.js';
import type { RouterError } from '../core/errors.js';
import { Frame } from '../core/frame.js';
import type { HistoryFilter } from '../core/history.js';
import type { Match } from '../core/match.js';
import { Payload } from '../core/payload.js';
import type { Publication, PublicationOptions } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';
import type { CallReply } from '../core/rpc.js';
import { type Notice, type Principal, Session, sessionId } from '../core/session.js';
import type { ProcedureRouter, TopicRouter } from '../router/index.js';
import { FakeConnection } from './fake-connection.js';

/** A peer of a `TestServer`: subscribes and publishes without a wire protocol and keeps what it receives. */
export class TestPeer {
  readonly session: Session;
  readonly connection = new FakeConnection();
  /** What was delivered, in order. */
  readonly received: { readonly channel: string; readonly payload: unknown }[] = [];
  /** Subscriptions that the router has ended, in order. */
  readonly ended: { readonly channel: string; readonly why: RouterError }[] = [];
  /** What it was told beside messages, in order. */
  readonly notices: Notice[] = [];
  readonly #router: TopicRouter;
  readonly #procedures: ProcedureRouter;
  /** By channel; of a pattern, by what it is and its text. */
  readonly #subscribers = new Map<string, Subscriber>();

  constructor(
    { router, procedures }: { router: TopicRouter; procedures: ProcedureRouter },
    principal: Principal,
  ) {
    this.#router = router;
    this.#procedures = procedures;
    const { connection } = this;
    this.session = new Session({
      id: sessionId(),
      protocol: 'test',
      principal,
      connection,
      end: (why) => connection.close(why),
      notify: (notice) => void this.notices.push(notice),
    });
    router.open(this.session);
  }

  /** Resolves when joined, to a pattern where `match` says so; rejects with the `RouterError` of a refusal. */
  async subscribe(channel: string, match?: Subscriber['match']): Promise<void> {
    const subscriber: Subscriber = {
      session: this.session,
      channel,
      ...(match && { match }),
      wireKey: this.session.id,
      encode: (publication) => this.#receive(publication),
      ended: (why) => this.#ended(channel, why),
    };
    await this.#router.subscribe(subscriber);
    this.#subscribers.set(keyOf(channel, match), subscriber);
  }

  async unsubscribe(channel: string, match?: Subscriber['match']): Promise<void> {
    const subscriber = this.#subscribers.get(keyOf(channel, match));
    this.#subscribers.delete(keyOf(channel, match));
    if (subscriber !== undefined) await this.#router.unsubscribe(subscriber);
  }

  /** What is retained for one of its subscriptions. */
  async retained(channel: string, match?: Subscriber['match']): Promise<readonly Publication[]> {
    const subscriber = this.#subscribers.get(keyOf(channel, match));
    return subscriber === undefined ? [] : this.#router.retained(subscriber);
  }

  /** What it may read of the history of a channel, or of a pattern. */
  async history(
    channel: string,
    filter: HistoryFilter = {},
    match: Match = 'exact',
  ): Promise<readonly Publication[]> {
    return this.#router.history(this.session, { channel, match }, filter);
  }

  /** Resolves to the publication, or to nothing where the handler delivered none. */
  async publish(
    channel: string,
    payload: unknown,
    options: PublicationOptions = {},
  ): Promise<Publication | undefined> {
    const event = { exclude: [], eligible: [], ...options, payload: Payload.of(payload) };
    return this.#router.publish(this.session, channel, event);
  }

  /**
   * Resolves to the result: the one value, or `{args, kwargs}`. Rejects with the `RouterError` of a refusal, or with a
   * `CallError` that a handler has thrown.
   */
  call(procedure: string, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const reply = (reply: CallReply) => settle(reply, resolve, reject);
      const payload = Payload.ofArguments({ list: args });
      this.#procedures.call({ session: this.session, procedure, payload, reply });
    });
  }

  async leave(): Promise<void> {
    await this.#router.leave(this.session);
  }

  #ended(channel: string, why: RouterError): void {
    this.#subscribers.delete(channel);
    this.ended.push({ channel, why });
  }

  #receive({ channel, payload }: Publication): Frame {
    this.received.push({ channel, payload: payload.value });
    return Frame.text(payload.text);
  }
}

function settle(reply: CallReply, resolve: (value: unknown) => void, reject: (error: Error) => void): void {
  if (reply.type === 'result') resolve(reply.payload.value);
  else if (reply.type === 'refused') reject(reply.error);
  else if (reply.type === 'failed') reject(CallError.of(reply.failure));
}

function keyOf(channel: string, match: Subscriber['match']): string {
  return match === undefined ? channel : `${match} ${channel}`;
}
