import type { ServerEvents } from '../../core/events.js';
import type { Refused, RouterWatch, SeenRefusal } from '../../core/inspection.js';
import type { Session } from '../../core/session.js';
import { RefusalRing } from './refusal-ring.js';
import { SeenReloads } from './seen-reloads.js';
import { SlowPeers } from './slow-peers.js';

/** What operators can still see later of what has gone wrong: the last refusals, reloads, and peers that were slow. */
export class OperatorMemory implements RouterWatch {
  readonly refusals: RefusalRing;
  readonly slow = new SlowPeers();
  readonly reloads = new SeenReloads();
  #told: (refusal: SeenRefusal) => void = () => undefined;

  constructor(events: ServerEvents) {
    this.refusals = new RefusalRing((refusal) => this.#told(refusal));
    events.on('client_rejected', (rejected) => this.refusals.handshake(rejected));
    events.on('reloaded', ({ report }) => this.reloads.add(report));
    events.on('client_disconnected', ({ session }) => this.slow.ended(session));
  }

  /** `told` hears of each refusal from now on. */
  tell(told: (refusal: SeenRefusal) => void): void {
    this.#told = told;
  }

  refused(refusal: Refused): void {
    this.refusals.refused(refusal);
  }

  conflated(session: Session, channel: string): void {
    this.slow.conflated(session, channel);
  }
}
