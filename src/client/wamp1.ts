import {
  decodeServerMessage,
  encodeCall,
  encodePublish,
  encodeSubscribe,
  encodeUnsubscribe,
  type ServerMessage,
} from '../protocols/wamp1/codec.js';
import type {
  Codec,
  Conversation,
  Heard,
  PublicationDetails,
  Question,
  Receivers,
  Refusal,
} from './codec.js';
import { SESSION_CHANNEL } from './identity.js';
import { exactly, type Interest } from './interest.js';
import { noticeOf } from './notice.js';
import { SyncError } from './sync-error.js';
import { textOf } from './text-of.js';

/** WAMP v1, as the server, Ratchet and GosWebSocketBundle speak it. */
export const wamp1: Codec = {
  start: (send) => new Wamp1Conversation(send),
};

class Wamp1Conversation implements Conversation {
  readonly #send: (text: string) => void;
  readonly author = '';
  #sessionId = '';

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  subscribe({ channel, match, getRetained, since }: Interest): void {
    if (match !== 'exact') throw unsayable(`subscriptions of match ${match}`);
    if (getRetained) throw unsayable('getRetained');
    if (since !== undefined) throw unsayable('since');
    this.#send(encodeSubscribe(channel));
  }

  unsubscribe({ channel, match }: Interest): void {
    if (match === 'exact') this.#send(encodeUnsubscribe(channel));
  }

  /** Is not answered. */
  publish(channel: string, payload: unknown, details: PublicationDetails, settled: () => void): void {
    const { retain, key, version } = details;
    if (retain) throw unsayable('retain');
    if (key !== undefined || version !== undefined) throw unsayable('key, version and retry');
    this.#send(encodePublish(channel, payload, this.#receivers(details)));
    settled();
  }

  /** Neither its end nor its parts can be asked for: the client alone looks after the time. */
  call(callId: string, { procedure, args, kwargs }: Question): void {
    if (kwargs) throw unsayable('kwargs');
    this.#send(encodeCall(callId, procedure, args));
  }

  cancel(): void {}

  leave(): void {}

  hear(text: string): Heard | undefined {
    const message = decodeServerMessage(text);
    if (message.type === 'welcome') this.#sessionId = message.sessionId;
    if (message.type === 'event') return asEvent(message);
    return message.type === 'error' ? asRefused(message) : message;
  }

  /** PUBLISH has room for `excludeMe` or for lists, not for both: with lists, our own id joins the excluded. */
  #receivers({ exclude = [], eligible = [], excludeMe = false }: Receivers) {
    const lists = exclude.length + eligible.length > 0;
    return { exclude: excludeMe && lists ? [...exclude, this.#sessionId] : exclude, eligible, excludeMe };
  }
}

/** What the server says about the session is an EVENT that nobody subscribed to. */
function asEvent({ channel, payload }: ServerMessage & { type: 'event' }): Heard | undefined {
  if (channel === SESSION_CHANNEL) return noticeOf(payload);
  return { type: 'event', interests: [exactly(channel)], payload };
}

/**
 * A refused SUBSCRIBE or PUBLISH is a CALLERROR whose call id and URI are the channel. The URI of an error that neither this
 * server nor the ancestor's made is its code: callee and page may have agreed on it.
 */
function asRefused({ callId, uri, message, details }: ServerMessage & { type: 'error' }): Heard {
  const { code, error, hint, event, request } = (details ?? {}) as Record<string, unknown>;
  const refusal: Refusal = {
    code: textOf(error) ?? (typeof code === 'number' || callId === uri ? 'refused' : uri),
    message,
    status: typeof code === 'number' ? code : undefined,
    hint: textOf(hint),
    event: textOf(event),
    request: textOf(request),
  };
  if (callId === uri) return { type: 'refused', interest: exactly(callId), refusal };
  return { type: 'call_refused', callId, refusal };
}

function unsayable(what: string): SyncError {
  const hint = "leave the option protocol: 'wamp' out where the server speaks WAMP v2";
  return new SyncError('feature_not_supported', `WAMP v1 has no ${what}`, { hint });
}
