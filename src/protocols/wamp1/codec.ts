/** The messages of WAMP v1 as JSON text, for server and client. [WAMP1 §Messages] */

const WELCOME = 0;
const PREFIX = 1;
const CALL = 2;
const CALLRESULT = 3;
const CALLERROR = 4;
const SUBSCRIBE = 5;
const UNSUBSCRIBE = 6;
export const PUBLISH = 7;
const EVENT = 8;

export const WAMP1_SUBPROTOCOL = 'wamp';
const PROTOCOL_VERSION = 1;

export type ServerMessage =
  | { readonly type: 'welcome'; readonly sessionId: string; readonly server: string }
  | { readonly type: 'result'; readonly callId: string; readonly result: unknown }
  | {
      readonly type: 'error';
      readonly callId: string;
      readonly uri: string;
      readonly message: string;
      readonly details: unknown;
    }
  | { readonly type: 'event'; readonly channel: string; readonly payload: unknown };

export type ClientMessage =
  | { readonly type: 'prefix'; readonly prefix: string; readonly uri: string }
  | {
      readonly type: 'call';
      readonly callId: string;
      readonly procedure: string;
      readonly args: readonly unknown[];
    }
  | { readonly type: 'subscribe'; readonly channel: string }
  | { readonly type: 'unsubscribe'; readonly channel: string };

/** Who receives a publish: the publisher left out, or lists of session ids. An empty `eligible` means everybody. */
export interface Receivers {
  readonly excludeMe: boolean;
  readonly exclude: readonly string[];
  readonly eligible: readonly string[];
}

/** Not a message of the protocol. */
export class Wamp1Error extends Error {
  override readonly name = 'Wamp1Error';
}

export function encodeWelcome(sessionId: string, server: string): string {
  return JSON.stringify([WELCOME, sessionId, PROTOCOL_VERSION, server]);
}

/** A CALLERROR. For a refused SUBSCRIBE or PUBLISH the channel stands in for the call id, as Gos has it. */
export function encodeError(callId: string, uri: string, message: string, details?: unknown): string {
  return JSON.stringify([CALLERROR, callId, uri, message, ...(details == null ? [] : [details])]);
}

/** A CALLRESULT up to its result; the result's JSON and `]` complete it. [WAMP1 §CALLRESULT] */
export function resultHead(callId: string): string {
  return `[${CALLRESULT},${JSON.stringify(callId)},`;
}

/** An EVENT with a value that is not passed on as it came. [WAMP1 §EVENT] */
export function encodeEvent(channel: string, payload: unknown): string {
  return JSON.stringify([EVENT, channel, payload]);
}

/** What who is told positions is told first: no event, but where the subscription begins. */
export function encodeStart(channel: string, start: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([EVENT, channel, null, start]);
}

/** An EVENT up to its payload; the payload's JSON and `]` complete it. */
export function eventHead(channel: string): string {
  return `[${EVENT},${JSON.stringify(channel)},`;
}

export function encodeCall(callId: string, procedure: string, args: readonly unknown[]): string {
  return JSON.stringify([CALL, callId, procedure, ...args]);
}

export function encodeSubscribe(channel: string): string {
  return JSON.stringify([SUBSCRIBE, channel]);
}

export function encodeUnsubscribe(channel: string): string {
  return JSON.stringify([UNSUBSCRIBE, channel]);
}

export function encodePublish(channel: string, payload: unknown, receivers: Partial<Receivers> = {}): string {
  const { excludeMe = false, exclude = [], eligible = [] } = receivers;
  const head = [PUBLISH, channel, payload ?? null];
  if (exclude.length > 0 || eligible.length > 0) return JSON.stringify([...head, exclude, eligible]);
  return JSON.stringify(excludeMe ? [...head, true] : head);
}

/** Reads what a server says. Throws `Wamp1Error`. */
export function decodeServerMessage(text: string): ServerMessage {
  const [type, first, second, third, fourth] = parseList(text);
  switch (type) {
    case WELCOME:
      return { type: 'welcome', sessionId: asText(first), server: String(third ?? '') };
    case CALLRESULT:
      return { type: 'result', callId: asText(first), result: second };
    case CALLERROR:
      return {
        type: 'error',
        callId: asText(first),
        uri: asText(second),
        message: String(third ?? ''),
        details: fourth,
      };
    case EVENT:
      return { type: 'event', channel: asText(first), payload: second };
    default:
      throw new Wamp1Error('unknown message type');
  }
}

/** Reads what a client says, except PUBLISH, whose payload is never parsed. Throws `Wamp1Error`. */
export function decodeClientMessage(text: string): ClientMessage {
  const [type, first, second, ...args] = parseList(text);
  switch (type) {
    case PREFIX:
      return { type: 'prefix', prefix: asText(first), uri: asText(second) };
    case CALL:
      return { type: 'call', callId: asText(first), procedure: asText(second), args };
    case SUBSCRIBE:
      return { type: 'subscribe', channel: asText(first) };
    case UNSUBSCRIBE:
      return { type: 'unsubscribe', channel: asText(first) };
    default:
      throw new Wamp1Error('unknown message type');
  }
}

/** Reads what follows the payload of a PUBLISH: nothing, a boolean, or one or two lists of session ids. */
export function decodeReceivers(rest: readonly unknown[]): Receivers {
  const [first, eligible = []] = rest;
  if (rest.length > 2) throw new Wamp1Error('too many elements in PUBLISH');
  if (first === undefined || typeof first === 'boolean') {
    return { excludeMe: first === true, exclude: [], eligible: asIds(eligible) };
  }
  return { excludeMe: false, exclude: asIds(first), eligible: asIds(eligible) };
}

function parseList(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Wamp1Error('not JSON');
  }
  if (!Array.isArray(value)) throw new Wamp1Error('not a JSON list');
  return value;
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new Wamp1Error('expected a string');
  return value;
}

/** The most session ids a publisher may list. */
const MAX_IDS = 1000;

function asIds(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((id) => typeof id === 'string')) {
    throw new Wamp1Error('expected a list of session ids');
  }
  if (value.length > MAX_IDS) throw new Wamp1Error(`more than ${MAX_IDS} session ids`);
  return value;
}
