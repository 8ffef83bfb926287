/** A file of test/vectors/wamp2: wamp-proto's MultiMessageTestVector, and what README.md there says beyond it. */
export interface Vector {
  readonly description: string;
  readonly feature: string;
  /** What a router has to be set up with, such as `logins`. */
  readonly requires?: readonly string[];
  readonly sessions: readonly VectorSession[];
  readonly sequence: readonly Step[];
}

export interface VectorSession {
  readonly session_id: string;
  readonly realm?: string;
  readonly roles?: readonly string[];
  /** Features of a role that are not announced, such as `{"callee": ["call_canceling"]}`. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
  /** A login of README.md, proven by its ticket; without it the session is anonymous. */
  readonly login?: string;
  /** False where the sequence itself says HELLO. */
  readonly join?: boolean;
}

export interface Step {
  readonly step: number;
  readonly description: string;
  readonly from: string;
  readonly to: string;
  readonly message: Message;
  readonly timing?: { readonly delay_ms?: number; readonly timeout_ms?: number };
  /** The step whose message this one must have been received after. */
  readonly after?: number;
}

/** Attributes by name; `type` names the kind. */
export interface Message {
  readonly type: string;
  readonly [attribute: string]: unknown;
}

interface Layout {
  readonly code: number;
  readonly attributes: readonly string[];
}

const layout = (code: number, attributes: string): Layout => ({ code, attributes: attributes.split(' ') });

/** The order of the attributes on the wire. [WAMP2 §Message Definitions] */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  HELLO: layout(1, 'realm details'),
  WELCOME: layout(2, 'session_id details'),
  ABORT: layout(3, 'details reason args kwargs'),
  CHALLENGE: layout(4, 'method extra'),
  AUTHENTICATE: layout(5, 'signature extra'),
  GOODBYE: layout(6, 'details reason'),
  ERROR: layout(8, 'request_type request_id details error args kwargs'),
  PUBLISH: layout(16, 'request_id options topic args kwargs'),
  PUBLISHED: layout(17, 'request_id publication_id'),
  SUBSCRIBE: layout(32, 'request_id options topic'),
  SUBSCRIBED: layout(33, 'request_id subscription_id'),
  UNSUBSCRIBE: layout(34, 'request_id subscription_id'),
  UNSUBSCRIBED: layout(35, 'request_id details'),
  EVENT: layout(36, 'subscription_id publication_id details args kwargs'),
  CALL: layout(48, 'request_id options procedure args kwargs'),
  CANCEL: layout(49, 'request_id options'),
  RESULT: layout(50, 'request_id details args kwargs'),
  REGISTER: layout(64, 'request_id options procedure'),
  REGISTERED: layout(65, 'request_id registration_id'),
  UNREGISTER: layout(66, 'request_id registration_id'),
  UNREGISTERED: layout(67, 'request_id details'),
  INVOCATION: layout(68, 'request_id registration_id details args kwargs'),
  INTERRUPT: layout(69, 'request_id options'),
  YIELD: layout(70, 'request_id options args kwargs'),
};

const NAMES = new Map(Object.entries(LAYOUTS).map(([name, { code }]) => [code, name]));

/** The list for the wire. An attribute that is missing is an empty map if others follow it. */
export function toWire(message: Message): unknown[] {
  if (message.type === 'RAW') return message['wmsg'] as unknown[];
  const found = LAYOUTS[message.type];
  if (found === undefined) throw new Error(`no message is named ${message.type}`);
  const values = found.attributes.map((name) => message[name]);
  const last = values.findLastIndex((value) => value !== undefined);
  const blank = (name: string) => (name === 'args' ? [] : {});
  const needed = found.attributes.filter((name) => !['args', 'kwargs'].includes(name)).length;
  const length = Math.max(last + 1, message.type.startsWith('UN') ? 0 : needed);
  return [
    found.code,
    ...found.attributes
      .slice(0, length)
      .map((name, i) => (values[i] === undefined ? blank(name) : values[i])),
  ];
}

/** The message of a list from the wire. */
export function fromWire(list: readonly unknown[]): Message {
  const [code, ...values] = list;
  const type = NAMES.get(code as number);
  if (type === undefined) return { type: 'UNKNOWN', wmsg: list };
  const attributes = LAYOUTS[type]?.attributes ?? [];
  return Object.fromEntries([['type', type], ...values.map((value, i) => [attributes[i], value])]) as Message;
}
