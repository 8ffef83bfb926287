import { RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { PublishEvent } from '../../core/publication.js';
import type { Router } from '../../core/router.js';
import { Session } from '../../core/session.js';

/** When a testament is executed: at the end of the transport or of the session, which are the same here, in this order. */
export const SCOPES = ['detached', 'destroyed'] as const;

export type Scope = (typeof SCOPES)[number];

export interface Testament {
  readonly scope: Scope;
  readonly channel: string;
  readonly event: PublishEvent;
}

/** What sessions of any protocol want to be published when they have gone. [WAMP2 §Testaments] */
export class Testaments {
  readonly #most: number;
  readonly #logger: Logger;
  readonly #bySession = new WeakMap<Session, Testament[]>();

  /** `most` testaments of one session. */
  constructor(most: number, logger: Logger) {
    this.#most = most;
    this.#logger = logger;
  }

  /** Publishes it in the realm of this router when the session has ended. Throws `limit_exceeded`. */
  add(session: Session, router: Router, testament: Testament): void {
    const testaments = this.#bySession.get(session) ?? [];
    if (testaments.length >= this.#most) {
      const text = `this session has limits.testaments of ${this.#most} already`;
      throw new RouterError('limit_exceeded', text, { limit: 'limits.testaments' });
    }
    if (!this.#bySession.has(session)) session.whenClosed(() => void this.#execute(session, router));
    this.#bySession.set(session, [...testaments, testament]);
  }

  /** Returns how many there were. */
  flush(session: Session, scope: Scope): number {
    const testaments = this.#bySession.get(session) ?? [];
    const kept = testaments.filter((testament) => testament.scope !== scope);
    this.#bySession.set(session, kept);
    return testaments.length - kept.length;
  }

  /** Publishes them as the session would, unless what it was has ended; those of `detached` before the others. */
  async #execute(session: Session, router: Router): Promise<void> {
    const testaments = this.#bySession.get(session) ?? [];
    this.#bySession.delete(session);
    const { expires } = session.principal;
    if (expires !== undefined && expires <= Date.now()) return;
    const late = estateOf(session);
    // Others that end together with the session have left by then.
    await undefined;
    for (const scope of SCOPES) {
      for (const testament of testaments) {
        if (testament.scope === scope) await this.#publish(late, router, testament);
      }
    }
  }

  async #publish(late: Session, router: Router, { channel, event }: Testament): Promise<void> {
    try {
      await router.publish(late, channel, event);
    } catch (error) {
      this.#logger.warn({ session: late.id, channel, error }, 'testament refused');
    }
  }
}

/** Who it was, without a connection. */
function estateOf({ id, principal, protocol, connection }: Session): Session {
  return new Session({ id, principal, protocol, connection, end: () => undefined });
}
