import type { Connection, ConnectionListener } from '../../core/connection.js';
import { PeerRefusals } from '../../core/peer-refusals.js';
import type { Guest, Protocol } from '../../core/protocol.js';
import type { XmlSocketContext, XmlSocketParts } from './context.js';
import { XmlSocketPeer } from './peer.js';

export type { ChatNames, XmlSocketContext } from './context.js';
export { type PolicyRules, policyFile } from './policy.js';

/** XMLSocket of Flash Player, as Ruffle plays it today: the chat in elements of XML. */
export class XmlSocketProtocol implements Protocol {
  readonly name = 'xmlsocket';
  readonly subprotocols = [];
  readonly paths = ['/xmlsocket'];
  readonly authenticates = true;
  readonly #parts: XmlSocketParts;

  constructor(context: XmlSocketContext) {
    this.#parts = { ...context, refusals: new PeerRefusals({ ...context, protocol: this.name }) };
  }

  accept(connection: Connection, guest: Guest): ConnectionListener {
    return new XmlSocketPeer(connection, guest, this.#parts);
  }
}
