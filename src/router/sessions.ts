import type { Session } from '../core/session.js';

const NOBODY: ReadonlySet<Session> = new Set();

/** The open sessions of this node, found by id of their user. */
export class Sessions {
  readonly #all = new Set<Session>();
  readonly #byUser = new Map<string, Set<Session>>();

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#all[Symbol.iterator]();
  }

  add(session: Session): void {
    this.#all.add(session);
    const user = userOf(session);
    if (user === undefined) return;
    const sessions = this.#byUser.get(user) ?? new Set();
    this.#byUser.set(user, sessions.add(session));
  }

  /** False when it was not known. */
  delete(session: Session): boolean {
    const user = userOf(session);
    const sessions = user === undefined ? undefined : this.#byUser.get(user);
    sessions?.delete(session);
    if (user !== undefined && sessions?.size === 0) this.#byUser.delete(user);
    return this.#all.delete(session);
  }

  ofUser(user: string): ReadonlySet<Session> {
    return this.#byUser.get(user) ?? NOBODY;
  }
}

function userOf({ principal }: Session): string | undefined {
  return principal.kind === 'user' ? principal.id : undefined;
}
