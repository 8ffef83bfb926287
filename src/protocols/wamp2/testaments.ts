import { RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { PublishEvent } from '../../core/publication.js';
import type { Router } from '../../core/router.js';
import { Session } from '../../core/session.js';

/** When a testament is executed: the end of the transport, or of the session, which are the same here but in this order. */
export const SCOPES = ['detached', 'destroyed'] as const;

export type Scope = (typeof SCOPES)[number];

export interface Testament {
  readonly scope: Scope;
  readonly channel: string;
  readonly event: PublishEvent;
}

/** What sessions want to be published when they have gone. [WAMP2 §Testaments] */
export class Testaments {
  readonly #most: number;
  readonly #logger: Logger;
  readonly #bySession = new WeakMap<Session, Testament[]>();

  /** `most` testaments of one session. */
  constructor(most: number, logger: Logger) {
    this.#most = most;
    this.#logger = logger;
  }

  /** Throws `limit_exceeded`. */
  add(session: Session, testament: Testament): void {
    const testaments = this.#bySession.get(session) ?? [];
    if (testaments.length >= this.#most) {
      const text = `this session has limits.testaments of ${this.#most} already`;
      throw new RouterError('limit_exceeded', text, { limit: 'limits.testaments' });
    }
    testaments.push(testament);
    this.#bySession.set(session, testaments);
  }

  flush(session: Session, scope: Scope): void {
    const testaments = this.#bySession.get(session) ?? [];
    this.#bySession.set(
      session,
      testaments.filter((testament) => testament.scope !== scope),
    );
  }

  /** Publishes them as the session would, unless what it was has ended. */
  execute(session: Session, router: Router): void {
    const testaments = this.#bySession.get(session);
    if (testaments === undefined) return;
    this.#bySession.delete(session);
    const { expires } = session.principal;
    if (expires !== undefined && expires <= Date.now()) return;
    const late = estateOf(session);
    const inOrder = SCOPES.flatMap((scope) => testaments.filter((testament) => testament.scope === scope));
    for (const { channel, event } of inOrder) void this.#publish(late, router, { channel, event });
  }

  async #publish(late: Session, router: Router, { channel, event }: Omit<Testament, 'scope'>): Promise<void> {
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
