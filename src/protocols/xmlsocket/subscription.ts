import type { RouterError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import type { Publication } from '../../core/publication.js';
import type { Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import { writePublication } from './write-publication.js';
import { xmlFrame } from './write-xml.js';

export interface SubscriptionParts {
  readonly session: Session;
  readonly channel: string;
  /** Undefined for what is for the user alone. */
  readonly room: string | undefined;
  /** Whether the peer has to be told of which room something is. */
  namesRooms(): boolean;
  ended(subscription: XmlSubscription, why: RouterError): void;
}

/** A room that a peer is in, or its own channel. */
export class XmlSubscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly room: string | undefined;
  readonly #parts: SubscriptionParts;

  constructor(parts: SubscriptionParts) {
    this.session = parts.session;
    this.channel = parts.channel;
    this.room = parts.room;
    this.#parts = parts;
  }

  get wireKey(): string {
    return this.#parts.namesRooms() ? 'xmlsocket room' : 'xmlsocket';
  }

  encode(publication: Publication): Frame {
    return xmlFrame(writePublication(publication, this.#parts.namesRooms() ? this.room : undefined));
  }

  ended(why: RouterError): void {
    this.#parts.ended(this, why);
  }
}
