import { Payload } from '../../core/payload.js';
import type { Notice, Session } from '../../core/session.js';
import { reportIdentity } from '../../core/session-procedures.js';
import { MESSAGE } from './codec.js';
import type { Wire } from './wire.js';

/** The id of every session's subscription to its own notices: no group of subscribers has it. */
export const NOTICES = Number.MAX_SAFE_INTEGER;

/** Tells a session about itself, as an event of `signalbox.session`; only if it has subscribed to that. */
export class Notices {
  wanted = false;
  readonly #wire: Wire;
  #count = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  tell(session: Session, notice: Notice): void {
    if (!this.wanted) return;
    const detail = notice.type === 'identity' ? reportIdentity(session) : { in: notice.in };
    const payload = Payload.of({ type: notice.type, ...detail });
    this.#wire.send([MESSAGE.EVENT, NOTICES, ++this.#count, {}], payload);
  }
}
