import type { Connection } from '../core/connection.js';
import { Payload } from '../core/payload.js';
import type { Publication } from '../core/publication.js';
import type { Router } from '../core/router.js';
import { Session, type SessionId } from '../core/session.js';

/** A channel, or a route with the parameters that make one. */
export type Target =
  | string
  | { readonly route: string; readonly params?: Readonly<Record<string, string | number>> };

/** Publishes from inside the process, as a back end: the same route, access and handler as for everybody. */
export interface Publisher {
  /** Resolves to the publication, or to nothing where the handler delivered none. Throws `RouterError`. */
  publish(
    target: Target,
    payload: unknown,
    audience?: { readonly exclude?: readonly SessionId[]; readonly eligible?: readonly SessionId[] },
  ): Promise<Publication | undefined>;
}

const nothing = () => undefined;

/** A connection within the process: there is nobody at the other end. */
const INSIDE: Connection = {
  id: 'inside',
  transport: 'memory',
  remoteAddress: '',
  send: nothing,
  pause: nothing,
  resume: nothing,
  close: nothing,
  drop: nothing,
};

export class RouterPublisher implements Publisher {
  readonly #router: Router;
  readonly #session = new Session({
    id: 'inside',
    protocol: 'inside',
    principal: { kind: 'backend', id: 'inside', roles: ['backend'], organizations: [], claims: {} },
    connection: INSIDE,
    end: nothing,
  });

  constructor(router: Router) {
    this.#router = router;
  }

  async publish(
    target: Target,
    payload: unknown,
    { exclude = [], eligible = [] }: { exclude?: readonly SessionId[]; eligible?: readonly SessionId[] } = {},
  ): Promise<Publication | undefined> {
    const channel =
      typeof target === 'string' ? target : this.#router.channel(target.route, target.params ?? {});
    return this.#router.publish(this.#session, channel, { payload: Payload.of(payload), exclude, eligible });
  }
}
