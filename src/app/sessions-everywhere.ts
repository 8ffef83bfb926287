import type { Cluster, ClusterCommand } from '../core/cluster.js';
import type { Disconnect } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { isPromise } from '../core/maybe-promise.js';
import type { Rights, SessionControl, SessionSelector } from '../core/session-control.js';
import type { ServerNode } from './server-node.js';

export interface SessionsEverywhereParts {
  /** The sessions of this node. */
  readonly sessions: SessionControl;
  readonly cluster: Cluster;
  readonly node: ServerNode;
  readonly logger: Logger;
}

/**
 * What handlers do to sessions: on this node before the call returns, which says how many these were, and on the others as
 * soon as they can be reached. Where others cannot be told, the log has an error.
 */
export class SessionsEverywhere implements SessionControl {
  readonly #parts: SessionsEverywhereParts;

  constructor(parts: SessionsEverywhereParts) {
    this.#parts = parts;
  }

  disconnect(who: SessionSelector, why: Disconnect): number {
    if ('sessions' in who) return this.#parts.sessions.disconnect(who, why);
    return this.#command({ type: 'disconnect', ...who, why });
  }

  setRights(user: string, rights: Rights): number {
    return this.#command({ type: 'rights', user, rights });
  }

  #command(command: ClusterCommand): number {
    const { cluster, node } = this.#parts;
    const done = cluster.command(command);
    if (isPromise(done)) done.catch((error: unknown) => this.#failed(command, error));
    return node.obeyed;
  }

  #failed({ type }: ClusterCommand, error: unknown): void {
    this.#parts.logger.error(
      { event: 'command_not_sent', type, error },
      'other nodes have not been told what to do to sessions',
    );
  }
}
