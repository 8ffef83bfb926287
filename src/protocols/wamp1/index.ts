import type { Connection, ConnectionListener } from '../../core/connection.js';
import type { Guest, Protocol } from '../../core/protocol.js';
import { ANONYMOUS } from '../../core/session.js';
import { WAMP1_SUBPROTOCOL } from './codec.js';
import { type Wamp1Context, Wamp1Session } from './session.js';

/** WAMP v1 as OroPlatform and GosWebSocketBundle speak it. */
export class Wamp1Protocol implements Protocol {
  readonly name = 'wamp1';
  readonly subprotocols = [WAMP1_SUBPROTOCOL];
  readonly #context: Wamp1Context;

  constructor(context: Wamp1Context) {
    this.#context = context;
  }

  accept(connection: Connection, { principal = ANONYMOUS }: Guest): ConnectionListener {
    return new Wamp1Session(connection, principal, this.#context);
  }
}
