import type { RouterError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { type Position, writePosition } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import type { Start, Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import type { SubscriptionGroup } from '../../core/topic.js';
import { encodeStart, eventHead } from './codec.js';
import type { Wanted } from './since.js';

const CLOSE_LIST = Buffer.from(']');

/** A WAMP v1 subscription. All of a channel read the same EVENT, unless they are told positions. */
export class Wamp1Subscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly since: Position | undefined;
  readonly wireKey: string;
  readonly #wanted: Wanted;
  readonly #ended: (uri: string, why: RouterError) => void;
  #head: Buffer | undefined;

  /** `ended` hears that the router has ended the subscription. */
  constructor(session: Session, wanted: Wanted, ended: (uri: string, why: RouterError) => void) {
    this.session = session;
    this.channel = wanted.channel;
    this.since = wanted.since;
    // Clients find their callbacks by the URI that they subscribed to.
    this.wireKey = wanted.tellsPositions ? `wamp1 ${wanted.uri}` : 'wamp1';
    this.#wanted = wanted;
    this.#ended = ended;
  }

  /** Who is told positions hears first where it begins. */
  joined(_group: SubscriptionGroup, { position, recovered }: Start): void {
    const { tellsPositions, uri } = this.#wanted;
    if (!tellsPositions) return;
    const start = { position: position && writePosition(position), recovered };
    this.session.connection.send(Frame.text(encodeStart(uri, start)));
  }

  ended(why: RouterError): void {
    this.#ended(this.#wanted.uri, why);
  }

  /** `[8, topicURI, event]` around the payload's own bytes; a fourth element has the position. [WAMP1 §EVENT] */
  encode({ payload, position }: Publication): Frame {
    this.#head ??= Buffer.from(eventHead(this.#wanted.uri), 'utf8');
    const tail = this.#wanted.tellsPositions && position !== undefined ? tailOf(position) : CLOSE_LIST;
    const body = payload.json;
    const event = Buffer.allocUnsafe(this.#head.length + body.length + tail.length);
    event.set(this.#head, 0);
    event.set(body, this.#head.length);
    event.set(tail, this.#head.length + body.length);
    return new Frame(event);
  }
}

/** Positions are of letters, digits and dots. */
function tailOf(position: Position): Buffer {
  return Buffer.from(`,{"position":"${writePosition(position)}"}]`, 'latin1');
}
