import type { Broker } from '../core/broker.js';
import type { Publication } from '../core/publication.js';

/** One node, no other service: a publication is delivered by a call, in the order made. */
export class MemoryBroker implements Broker {
  #deliver: (publication: Publication) => void = () => undefined;

  start(deliver: (publication: Publication) => void): void {
    this.#deliver = deliver;
  }

  subscribe(): void {}

  unsubscribe(): void {}

  publish(publication: Publication): Publication {
    this.#deliver(publication);
    return publication;
  }

  close(): void {
    this.#deliver = () => undefined;
  }
}
