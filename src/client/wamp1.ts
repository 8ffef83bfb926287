import {
  decodeServerMessage,
  encodeCall,
  encodePublish,
  encodeSubscribe,
  encodeUnsubscribe,
  type ServerMessage,
  WAMP1_SUBPROTOCOL,
} from '../protocols/wamp1/codec.js';
import type { Codec, Conversation, Heard, Receivers, Refusal } from './codec.js';
import { readIdentity, SESSION_CHANNEL } from './identity.js';

/** WAMP v1, as the server, Ratchet and GosWebSocketBundle speak it. */
export const wamp1: Codec = {
  subprotocol: WAMP1_SUBPROTOCOL,
  start: (send) => new Wamp1Conversation(send),
};

class Wamp1Conversation implements Conversation {
  readonly #send: (text: string) => void;
  #sessionId = '';

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  subscribe(channel: string): void {
    this.#send(encodeSubscribe(channel));
  }

  unsubscribe(channel: string): void {
    this.#send(encodeUnsubscribe(channel));
  }

  publish(channel: string, payload: unknown, options: Receivers): void {
    this.#send(encodePublish(channel, payload, this.#receivers(options)));
  }

  call(callId: string, procedure: string, args: readonly unknown[]): void {
    this.#send(encodeCall(callId, procedure, args));
  }

  hear(text: string): Heard | undefined {
    const message = decodeServerMessage(text);
    if (message.type === 'welcome') this.#sessionId = message.sessionId;
    if (message.type === 'event' && message.channel === SESSION_CHANNEL) return asNotice(message.payload);
    return message.type === 'error' ? asRefused(message) : message;
  }

  /** PUBLISH has room for `excludeMe` or for lists, not for both: with lists, our own id joins the excluded. */
  #receivers({ exclude = [], eligible = [], excludeMe = false }: Receivers) {
    const lists = exclude.length + eligible.length > 0;
    return { exclude: excludeMe && lists ? [...exclude, this.#sessionId] : exclude, eligible, excludeMe };
  }
}

/** What the server says about the session, as an EVENT that nobody subscribed to. */
function asNotice(payload: unknown): Heard | undefined {
  const notice = payload as Record<string, unknown>;
  if (notice['type'] === 'identity') return { type: 'identity', identity: readIdentity(notice) };
  if (notice['type'] === 'expiring') return { type: 'expiring', in: Number(notice['in']) };
  return undefined;
}

/** A refused SUBSCRIBE or PUBLISH is a CALLERROR whose call id and URI are the channel. */
function asRefused({ callId, uri, message, details }: ServerMessage & { type: 'error' }): Heard {
  const { code, error, hint, event, request } = (details ?? {}) as Record<string, unknown>;
  const refusal: Refusal = {
    code: textOf(error) ?? 'refused',
    message,
    status: typeof code === 'number' ? code : undefined,
    hint: textOf(hint),
    event: textOf(event),
    request: textOf(request),
  };
  if (callId === uri) return { type: 'refused', channel: callId, refusal };
  return { type: 'call_refused', callId, refusal };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
