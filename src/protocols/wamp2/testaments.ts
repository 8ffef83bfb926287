import { overLimit, RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { PublishEvent } from '../../core/publication.js';
import { RefusalLog } from '../../core/refusal-log.js';
import type { Router } from '../../core/router.js';
import { type Principal, Session } from '../../core/session.js';

/** When a testament is executed: at the end of the transport or of the session, which are the same here, in this order. */
export const SCOPES = ['detached', 'destroyed'] as const;

export type Scope = (typeof SCOPES)[number];

export interface Testament {
  readonly scope: Scope;
  readonly channel: string;
  readonly event: PublishEvent;
  /** Octets, about. */
  readonly size: number;
}

/** For one session each. */
export interface TestamentLimits {
  readonly testaments: number;
  /** Octets of all of them. */
  readonly testamentsSize: number;
}

export interface TestamentParts {
  readonly limits: TestamentLimits;
  readonly logger: Logger;
  /** Whether a principal is one that the application has logged out. */
  readonly isWithdrawn: (principal: Principal) => boolean;
}

/** What sessions of any protocol want to be published when they have gone. [WAMP2 §Testaments] */
export class Testaments {
  readonly #limits: TestamentLimits;
  readonly #log: RefusalLog;
  readonly #isWithdrawn: TestamentParts['isWithdrawn'];
  readonly #bySession = new WeakMap<Session, Testament[]>();

  constructor({ limits, logger, isWithdrawn }: TestamentParts) {
    this.#limits = limits;
    this.#log = new RefusalLog(logger);
    this.#isWithdrawn = isWithdrawn;
  }

  /** Publishes it in the realm of this router when the session has ended. Throws `limit_exceeded`. */
  add(session: Session, router: Router, testament: Testament): void {
    const testaments = this.#bySession.get(session) ?? [];
    const { testaments: most, testamentsSize } = this.#limits;
    if (testaments.length >= most) {
      throw overLimit('limits.testaments', `this session has limits.testaments of ${most} already`);
    }
    const size = testaments.reduce((sum, known) => sum + known.size, testament.size);
    if (size > testamentsSize) {
      const text = `the testaments of this session are over limits.testaments_size of ${testamentsSize} octets`;
      throw overLimit('limits.testaments_size', text);
    }
    if (!this.#bySession.has(session)) session.whenClosed(() => void this.#execute(session, router));
    this.#bySession.set(session, [...testaments, testament]);
  }

  flush(session: Session, scope: Scope): void {
    const testaments = this.#bySession.get(session) ?? [];
    this.#bySession.set(
      session,
      testaments.filter((testament) => testament.scope !== scope),
    );
  }

  /** Publishes them as the session would, unless what it was has ended; those of `detached` before the others. */
  async #execute(session: Session, router: Router): Promise<void> {
    const testaments = this.#bySession.get(session) ?? [];
    this.#bySession.delete(session);
    const { principal } = session;
    const { expires = Number.POSITIVE_INFINITY } = principal;
    if (expires <= Date.now() || this.#isWithdrawn(principal)) return;
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
      const { code, message: reason, request } = RouterError.from(error);
      const about = { session: late.id, channel, code, reason, request };
      this.#log.write({ event: 'testament_refused', ...about }, 'testament refused');
    }
  }
}

/** Who it was, without a connection. */
function estateOf({ id, principal, protocol, connection }: Session): Session {
  return new Session({ id, principal, protocol, connection, end: () => undefined });
}
