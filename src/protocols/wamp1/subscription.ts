import type { RouterError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import type { Publication } from '../../core/publication.js';
import type { Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import { eventHead } from './codec.js';

const CLOSE_LIST = 0x5d;

/** A WAMP v1 subscription. All of a channel read the same EVENT. */
export class Wamp1Subscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly #ended: (channel: string, why: RouterError) => void;
  #head: Buffer | undefined;

  /** `ended` hears that the router has ended the subscription. */
  constructor(session: Session, channel: string, ended: (channel: string, why: RouterError) => void) {
    this.session = session;
    this.channel = channel;
    this.#ended = ended;
  }

  ended(why: RouterError): void {
    this.#ended(this.channel, why);
  }

  get wireKey(): string {
    return 'wamp1';
  }

  /** `[8, topicURI, event]` around the payload's own bytes. [WAMP1 §EVENT] */
  encode({ payload }: Publication): Frame {
    this.#head ??= Buffer.from(eventHead(this.channel), 'utf8');
    const body = payload.json;
    const event = Buffer.allocUnsafe(this.#head.length + body.length + 1);
    event.set(this.#head, 0);
    event.set(body, this.#head.length);
    event[event.length - 1] = CLOSE_LIST;
    return new Frame(event);
  }
}
