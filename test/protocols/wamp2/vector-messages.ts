import type { Arguments } from '../../../src/core/arguments.js';
import { Payload } from '../../../src/core/payload.js';
import { MESSAGE } from '../../../src/protocols/wamp2/codec.js';
import type { Attributes } from './vector-files.js';

type Head = (attributes: Attributes) => readonly unknown[];

const byRequest =
  (...names: readonly string[]): Head =>
  (attributes) =>
    ['request_id', ...names].map((name) => attributes[name]);

/** The elements between the type and the arguments, for each type. */
const HEADS: Readonly<Record<number, Head>> = {
  [MESSAGE.HELLO]: ({ realm, roles }) => [realm, { roles }],
  [MESSAGE.WELCOME]: ({ session_id, roles }) => [session_id, { roles }],
  [MESSAGE.ABORT]: ({ details, reason }) => [details, reason],
  [MESSAGE.CHALLENGE]: ({ method, extra }) => [method, extra],
  [MESSAGE.AUTHENTICATE]: ({ signature, extra }) => [signature, extra],
  [MESSAGE.GOODBYE]: ({ details, reason }) => [details, reason],
  [MESSAGE.ERROR]: ({ request_type, request_id, details, error }) => [
    request_type,
    request_id,
    details,
    error,
  ],
  [MESSAGE.PUBLISH]: byRequest('options', 'topic'),
  [MESSAGE.PUBLISHED]: byRequest('publication_id'),
  [MESSAGE.SUBSCRIBE]: byRequest('options', 'topic'),
  [MESSAGE.SUBSCRIBED]: byRequest('subscription_id'),
  [MESSAGE.UNSUBSCRIBE]: byRequest('subscription_id'),
  [MESSAGE.UNSUBSCRIBED]: byRequest(),
  [MESSAGE.EVENT]: ({ subscription, publication, details }) => [
    subscription,
    publication,
    forwardFirst(details),
  ],
  [MESSAGE.CALL]: byRequest('options', 'procedure'),
  [MESSAGE.CANCEL]: byRequest('options'),
  [MESSAGE.RESULT]: byRequest('details'),
  [MESSAGE.REGISTER]: byRequest('options', 'procedure'),
  [MESSAGE.REGISTERED]: byRequest('registration_id'),
  [MESSAGE.UNREGISTER]: byRequest('registration_id'),
  [MESSAGE.UNREGISTERED]: byRequest(),
  [MESSAGE.INVOCATION]: byRequest('registration_id', 'details'),
  [MESSAGE.INTERRUPT]: byRequest('options'),
  [MESSAGE.YIELD]: byRequest('options'),
  [MESSAGE.EVENT_RECEIVED]: ({ publication_id }) => [publication_id],
};

/** The order in which the bytes of EVENT, but not its attributes, have them. */
function forwardFirst(details: unknown): unknown {
  const { forward_for, ...others } = details as Record<string, unknown>;
  return forward_for === undefined ? details : { forward_for, ...others };
}

/** The elements before the arguments. */
export function headOf(attributes: Attributes): readonly unknown[] {
  return [attributes.message_type, ...(HEADS[attributes.message_type]?.(attributes) ?? [])];
}

export function argumentsOf({ args, kwargs, payload }: Attributes): Arguments {
  if (typeof payload === 'string') return { list: [Buffer.from(payload, 'hex')] };
  const map = (kwargs ?? undefined) as Arguments['map'];
  return { list: (args ?? []) as readonly unknown[], map };
}

export function payloadOf(attributes: Attributes): Payload {
  return Payload.ofArguments(argumentsOf(attributes));
}
