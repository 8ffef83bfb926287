import { DISCONNECT } from '../../core/errors.js';
import type { SlowPeer } from '../../core/inspection.js';
import type { Session } from '../../core/session.js';

/** Those that are remembered, and those that are listed for being congested now. */
const MOST = 100;

/** The last peers that took less than they were sent. */
export class SlowPeers {
  #kept: readonly SlowPeer[] = [];

  /** Those of the sessions that are congested now, then what is remembered, the newest first. */
  list(sessions: Iterable<Session>): readonly SlowPeer[] {
    return [...congested(sessions), ...this.#kept];
  }

  conflated(session: Session, channel: string): void {
    this.#keep({ ...peer(session), channel, code: 'conflated' });
  }

  /** To be called for every session that has ended. */
  ended(session: Session): void {
    if (session.connection.why?.code !== DISCONNECT.slowConsumer.code) return;
    this.#keep({ ...peer(session), code: DISCONNECT.slowConsumer.code });
  }

  #keep(slow: SlowPeer): void {
    this.#kept = [slow, ...this.#kept.slice(0, MOST - 1)];
  }
}

function congested(sessions: Iterable<Session>): readonly SlowPeer[] {
  const found: SlowPeer[] = [];
  for (const session of sessions) {
    if (session.connection.isCongested !== true) continue;
    found.push({ ...peer(session), code: 'congested' });
    if (found.length === MOST) break;
  }
  return found;
}

function peer(session: Session): Omit<SlowPeer, 'code'> {
  return { time: Date.now(), session, channel: undefined, buffered: session.connection.waiting ?? 0 };
}
