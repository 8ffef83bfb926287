import type { Connection, ConnectionListener } from '../../core/connection.js';
import { PeerRefusals } from '../../core/peer-refusals.js';
import type { Guest, Protocol } from '../../core/protocol.js';
import type { StompContext, StompParts } from './context.js';
import { MessageWriter } from './message.js';
import { StompPeer } from './peer.js';

export type { StompContext, StompOptions } from './context.js';
export type { FrameLimits } from './frame-limits.js';
export { refusalFrame } from './refusal-frame.js';
export { ReplyAddresses } from './reply-addresses.js';
export { ReplyTopic } from './reply-topic.js';

/** STOMP 1.0, 1.1 and 1.2: over TCP, and over WebSocket with any of its sub-protocols or with none. */
export class StompProtocol implements Protocol {
  readonly name = 'stomp';
  readonly subprotocols = ['v12.stomp', 'v11.stomp', 'v10.stomp'];
  readonly newestFirst = true;
  readonly paths = ['/stomp'];
  readonly authenticates = true;
  readonly #parts: StompParts;

  constructor(context: StompContext) {
    const refusals = new PeerRefusals({ ...context, protocol: this.name });
    this.#parts = { ...context, messages: new MessageWriter(), refusals };
  }

  accept(connection: Connection, guest: Guest): ConnectionListener {
    return new StompPeer(connection, guest, this.#parts);
  }
}
