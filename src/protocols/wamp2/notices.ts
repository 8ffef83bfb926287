import { Payload } from '../../core/payload.js';
import type { Notice, Session } from '../../core/session.js';
import { reportIdentity } from '../../core/session-procedures.js';
import { MESSAGE } from './codec.js';
import type { Wire } from './wire.js';

/** The id of every session's subscription to its own notices: no group of subscribers has it. */
export const NOTICES = Number.MAX_SAFE_INTEGER;

/**
 * Tells a session about itself, as an event of `signalbox.session`; only if it has subscribed to that. What came before it
 * did, the newest of each kind, is told when it does.
 */
export class Notices {
  readonly #wire: Wire;
  readonly #missed = new Map<Notice['type'], Notice>();
  #wanted = false;
  #count = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get wanted(): boolean {
    return this.#wanted;
  }

  begin(session: Session): void {
    this.#wanted = true;
    for (const notice of this.#missed.values()) this.tell(session, notice);
    this.#missed.clear();
  }

  end(): void {
    this.#wanted = false;
  }

  tell(session: Session, notice: Notice): void {
    if (this.#wanted) this.#send(session, notice);
    else this.#missed.set(notice.type, notice);
  }

  #send(session: Session, notice: Notice): void {
    const detail = notice.type === 'identity' ? reportIdentity(session) : { in: notice.in };
    const payload = Payload.of({ type: notice.type, ...detail });
    this.#wire.send([MESSAGE.EVENT, NOTICES, ++this.#count, {}], payload);
  }
}
