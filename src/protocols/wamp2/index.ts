import type { Connection, ConnectionListener } from '../../core/connection.js';
import type { Guest, Protocol } from '../../core/protocol.js';
import { WAMP2_SUBPROTOCOL } from './codec.js';
import type { Wamp2Context } from './context.js';
import { Wamp2Peer } from './peer.js';
import type { Serializer } from './serializer.js';
import { createSerializers } from './serializers.js';

export type { Disclosure, Wamp2Context } from './context.js';
export { MetaApi } from './meta/meta-api.js';
export { publishMetaEvents } from './meta/meta-events.js';
export type { SessionDetails } from './session-details.js';
export { Testaments } from './testaments.js';

/** WAMP v2 as AutobahnJS, wampy and autobahn-python speak it. */
export class Wamp2Protocol implements Protocol {
  readonly name = 'wamp2';
  readonly authenticates = true;
  readonly #context: Wamp2Context;
  readonly #serializers: ReadonlyMap<string, Serializer>;

  /** `depth` levels of lists and maps in one message. */
  constructor(context: Wamp2Context, limits: { readonly depth: number }) {
    this.#context = context;
    this.#serializers = createSerializers(limits);
  }

  get subprotocols(): readonly string[] {
    return [...this.#serializers.keys()];
  }

  accept(connection: Connection, guest: Guest): ConnectionListener {
    const serializer = this.#serializers.get(guest.subprotocol ?? WAMP2_SUBPROTOCOL.json);
    if (serializer === undefined) throw new Error(`no serializer for ${guest.subprotocol}`);
    return new Wamp2Peer(connection, guest, { serializer, context: this.#context });
  }
}
