/** The words of WAMP v2 that server and client share. [WAMP2 §Messages] */

/** Message types by name. */
export const MESSAGE = {
  HELLO: 1,
  WELCOME: 2,
  ABORT: 3,
  CHALLENGE: 4,
  AUTHENTICATE: 5,
  GOODBYE: 6,
  ERROR: 8,
  PUBLISH: 16,
  PUBLISHED: 17,
  SUBSCRIBE: 32,
  SUBSCRIBED: 33,
  UNSUBSCRIBE: 34,
  UNSUBSCRIBED: 35,
  EVENT: 36,
  CALL: 48,
  CANCEL: 49,
  RESULT: 50,
  REGISTER: 64,
  REGISTERED: 65,
  UNREGISTER: 66,
  UNREGISTERED: 67,
  INVOCATION: 68,
  INTERRUPT: 69,
  YIELD: 70,
  EVENT_RECEIVED: 337,
} as const;

export type MessageName = keyof typeof MESSAGE;

/** WebSocket sub-protocols with one message in each frame; `.batched` behind one means several. [WAMP2 §Protocol Negotiation] */
export const WAMP2_SUBPROTOCOL = {
  json: 'wamp.2.json',
  msgpack: 'wamp.2.msgpack',
  cbor: 'wamp.2.cbor',
} as const;

/** Not a message of the protocol: the peer is told `wamp.error.protocol_violation`. */
export class Wamp2Error extends Error {
  override readonly name = 'Wamp2Error';
}
