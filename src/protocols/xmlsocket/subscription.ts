import type { RouterError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import { type Position, writePosition } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import type { Start, Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import type { SubscriptionGroup } from '../../core/topic.js';
import { writePublication } from './write-publication.js';
import { xmlFrame } from './write-xml.js';

export interface SubscriptionParts {
  readonly session: Session;
  readonly channel: string;
  /** Undefined for what is for the user alone. */
  readonly room: string | undefined;
  /** Whether positions are told. */
  readonly tellsPositions: boolean;
  readonly since: Position | undefined;
  joined(subscription: XmlSubscription, start: Start): void;
  /** Whether the peer has to be told of which room something is. */
  namesRooms(): boolean;
  ended(subscription: XmlSubscription, why: RouterError): void;
}

/** A room that a peer is in, or its own channel. */
export class XmlSubscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly room: string | undefined;
  readonly since: Position | undefined;
  readonly #parts: SubscriptionParts;

  constructor(parts: SubscriptionParts) {
    this.session = parts.session;
    this.channel = parts.channel;
    this.room = parts.room;
    this.since = parts.since;
    this.#parts = parts;
  }

  get tellsPositions(): boolean {
    return this.#parts.tellsPositions;
  }

  get wireKey(): string {
    const form = this.#parts.namesRooms() ? 'xmlsocket room' : 'xmlsocket';
    return this.#parts.tellsPositions ? `${form} position` : form;
  }

  encode(publication: Publication): Frame {
    const { namesRooms, tellsPositions } = this.#parts;
    const { position } = publication;
    return xmlFrame(
      writePublication(publication, {
        room_id: namesRooms() ? this.room : undefined,
        position: tellsPositions && position !== undefined ? writePosition(position) : undefined,
      }),
    );
  }

  joined(_group: SubscriptionGroup, start: Start): void {
    this.#parts.joined(this, start);
  }

  ended(why: RouterError): void {
    this.#parts.ended(this, why);
  }
}
