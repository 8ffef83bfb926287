import { MESSAGE } from '../protocols/wamp2/codec.js';
import type { Codec, Conversation, Heard, PublicationDetails, Question } from './codec.js';
import { SESSION_CHANNEL } from './identity.js';
import { exactly, type Interest } from './interest.js';
import { noticeOf } from './notice.js';
import { textOf } from './text-of.js';
import { farewell, refusalOf, singleValue, startOf } from './wamp2-answers.js';
import { Wamp2Subscriptions } from './wamp2-subscriptions.js';

/** WAMP v2, as the server and the routers of its family speak it. */
export const wamp2: Codec = {
  start: (send, { realm }) => new Wamp2Conversation(send, realm),
};

/** What a request that is not answered yet was about, and how to hear that it was refused. */
interface Request {
  readonly interest?: Interest;
  readonly callId?: string;
  readonly event?: 'onSubscribe' | 'onPublish' | 'onUnsubscribe';
  readonly settled?: () => void;
}

/** `exact` subscriptions, publications and calls need no feature; what is not announced is not sent to us. */
const HELLO = {
  agent: 'signalbox-sync/0.1',
  roles: {
    publisher: { features: { publisher_exclusion: true, subscriber_blackwhite_listing: true } },
    subscriber: { features: { pattern_based_subscription: true, subscription_revocation: true } },
    caller: { features: { progressive_call_results: true, call_canceling: true, call_timeout: true } },
  },
};

/** Notices come as events of a channel, so that routers that know nothing of them only refuse one subscription. */
const NOTICES = exactly(SESSION_CHANNEL);

class Wamp2Conversation implements Conversation {
  readonly #send: (text: string) => void;
  readonly #requests = new Map<number, Request>();
  readonly #subscriptions = new Wamp2Subscriptions();
  #count = 0;
  author = '';

  constructor(send: (text: string) => void, realm: string) {
    this.#send = send;
    this.#say(MESSAGE.HELLO, realm, HELLO);
  }

  subscribe(interest: Interest, recover: string | boolean): void {
    if (!this.#subscriptions.begin(interest)) return;
    const { channel, match, getRetained } = interest;
    const options = {
      ...(match !== 'exact' && { match }),
      ...(getRetained && { get_retained: true }),
      ...(recover && { _recover: recover }),
    };
    this.#ask({ interest, event: 'onSubscribe' }, MESSAGE.SUBSCRIBE, options, channel);
  }

  unsubscribe(interest: Interest): void {
    this.#takeBack(interest, this.#subscriptions.end(interest));
  }

  /** Acknowledged, because only then a refusal is heard of. */
  publish(channel: string, payload: unknown, details: PublicationDetails, settled: () => void): void {
    const { excludeMe = false, retain, key, version, exclude = [], eligible = [] } = details;
    const request = { interest: exactly(channel), event: 'onPublish', settled } as const;
    const said = {
      acknowledge: true,
      exclude_me: excludeMe,
      ...(exclude.length > 0 && { exclude: exclude.map(asNumber) }),
      ...(eligible.length > 0 && { eligible: eligible.map(asNumber) }),
      ...(retain && { retain }),
      _key: key, // what is undefined is not in JSON
      _version: version,
    };
    this.#ask(request, MESSAGE.PUBLISH, said, channel, [payload ?? null]);
  }

  call(callId: string, { procedure, args, kwargs, timeout, wantsProgress }: Question): void {
    const options = { ...(timeout > 0 && { timeout }), ...(wantsProgress && { receive_progress: true }) };
    const given = kwargs ? [args, kwargs] : args.length > 0 ? [args] : [];
    this.#ask({ callId }, MESSAGE.CALL, options, procedure, ...given);
  }

  cancel(callId: string): void {
    for (const [id, request] of this.#requests) {
      if (request.callId === callId) this.#say(MESSAGE.CANCEL, id, { mode: 'killnowait' });
    }
  }

  leave(): void {
    this.#say(MESSAGE.GOODBYE, {}, 'wamp.close.normal');
  }

  hear(text: string): Heard | undefined {
    const [type, ...rest] = JSON.parse(text) as [number, ...unknown[]];
    if (type === MESSAGE.ABORT) return farewell(rest);
    if (type === MESSAGE.GOODBYE) return this.#answerGoodbye(rest);
    if (type === MESSAGE.ERROR) return this.#refused(rest);
    const [id, ...more] = rest;
    if (typeof id !== 'number') throw new TypeError('not a message of WAMP');
    if (type === MESSAGE.WELCOME) return this.#welcomed(id, more[0]);
    if (type === MESSAGE.EVENT) return this.#event(id, more);
    if (type === MESSAGE.RESULT) return this.#result(id, more);
    if (type === MESSAGE.SUBSCRIBED) return this.#subscribed(id, more);
    if (type === MESSAGE.UNSUBSCRIBED) return this.#unsubscribed(id, more[0]);
    if (type !== MESSAGE.PUBLISHED) throw new TypeError('not a message of WAMP');
    this.#take(id);
    return undefined;
  }

  /** Keys are this server's, and count for a user. */
  #welcomed(sessionId: number, details: unknown): Heard {
    const { agent, authid } = (details ?? {}) as Record<string, unknown>;
    this.author = `${/^signalbox\b/.test(String(agent)) ? authid : sessionId}`;
    this.subscribe(NOTICES, false);
    return { type: 'welcome', sessionId: String(sessionId) };
  }

  #answerGoodbye(rest: readonly unknown[]): Heard {
    this.#say(MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out');
    return farewell(rest);
  }

  #event(subscription: number, [, given, args, kwargs]: readonly unknown[]): Heard | undefined {
    const interests = this.#subscriptions.of(subscription);
    const { topic, retained, _position } = (given ?? {}) as {
      topic?: string;
      retained?: boolean;
      _position?: unknown;
    };
    const payload = singleValue(args, kwargs);
    if (interests.includes(NOTICES)) return noticeOf(payload);
    const position = textOf(_position);
    return { type: 'event', interests, channel: topic, payload, position, ...(retained && { retained }) };
  }

  #result(id: number, [given, args, kwargs]: readonly unknown[]): Heard | undefined {
    const { callId } = this.#requests.get(id) ?? {};
    const more = (given as { progress?: boolean } | null)?.progress;
    if (!more) this.#requests.delete(id);
    if (callId === undefined) return undefined;
    return { type: more ? 'progress' : 'result', callId, result: singleValue(args, kwargs) };
  }

  #subscribed(id: number, [subscription, start]: readonly unknown[]): Heard | undefined {
    const { interest } = this.#take(id);
    if (!interest) return undefined;
    this.#takeBack(interest, this.#subscriptions.joined(interest, subscription as number));
    return { type: 'subscribed', interest, start: startOf(start) };
  }

  /** With the request 0 it is the server that has ended a subscription. [WAMP2 §Subscription Revocation] */
  #unsubscribed(id: number, given: unknown): Heard | undefined {
    this.#take(id);
    if (id !== 0) return undefined;
    const { subscription, reason = 'refused' } = given as { subscription: number; reason?: unknown };
    const [interest] = this.#subscriptions.revoked(subscription);
    return interest && { type: 'refused', interest, refusal: refusalOf([given, reason], 'onSubscribe') };
  }

  #refused([, id, ...error]: readonly unknown[]): Heard | undefined {
    const { interest, callId, event } = this.#take(id as number);
    const refusal = refusalOf(error, event);
    if (callId !== undefined) return { type: 'call_refused', callId, refusal };
    if (interest && event === 'onSubscribe') this.#subscriptions.refused(interest);
    return interest && interest !== NOTICES ? { type: 'refused', interest, refusal } : undefined;
  }

  #takeBack(interest: Interest, id: number | undefined): void {
    if (id !== undefined) this.#ask({ interest, event: 'onUnsubscribe' }, MESSAGE.UNSUBSCRIBE, id);
  }

  #take(id: number): Request {
    const request = this.#requests.get(id) ?? {};
    this.#requests.delete(id);
    request.settled?.();
    return request;
  }

  /** Counts only what was sent: the numbers of requests have no gaps. [WAMP2 §IDs] */
  #ask(request: Request, type: number, ...rest: readonly unknown[]): void {
    this.#say(type, this.#count + 1, ...rest);
    this.#requests.set(++this.#count, request);
  }

  #say(...message: readonly unknown[]): void {
    this.#send(JSON.stringify(message));
  }
}

/** Session ids are numbers here; one that is none would widen or empty the list. */
function asNumber(sessionId: string): number {
  if (/^[1-9]\d*$/.test(sessionId)) return Number(sessionId);
  throw new TypeError(`not a session id: ${sessionId}`);
}
