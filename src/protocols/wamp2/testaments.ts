import { overLimit, RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { PublishEvent } from '../../core/publication.js';
import { RefusalLog } from '../../core/refusal-log.js';
import type { Router } from '../../core/router.js';
import { type Principal, Session } from '../../core/session.js';

/** When a testament is executed: the end of the transport, or of the session, which are the same here but in this order. */
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

/** What sessions want to be published when they have gone. [WAMP2 §Testaments] */
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

  /** Throws `limit_exceeded`. */
  add(session: Session, testament: Testament): void {
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
    const { principal } = session;
    const { expires = Number.POSITIVE_INFINITY } = principal;
    if (expires <= Date.now() || this.#isWithdrawn(principal)) return;
    const late = estateOf(session);
    const inOrder = SCOPES.flatMap((scope) => testaments.filter((testament) => testament.scope === scope));
    for (const { channel, event } of inOrder) void this.#publish(late, router, { channel, event });
  }

  async #publish(
    late: Session,
    router: Router,
    { channel, event }: Pick<Testament, 'channel' | 'event'>,
  ): Promise<void> {
    try {
      await router.publish(late, channel, event);
    } catch (error) {
      const { code, message: reason, request } = RouterError.from(error);
      this.#log.write({ session: late.id, channel, code, reason, request }, 'testament refused');
    }
  }
}

/** Who it was, without a connection. */
function estateOf({ id, principal, protocol, connection }: Session): Session {
  return new Session({ id, principal, protocol, connection, end: () => undefined });
}
