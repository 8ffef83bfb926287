import { randomId, type Session } from '../../core/session.js';

/** Who gets what is sent to each reply queue. Whoever knows the id of one may send there, so that nobody can guess one. */
export class ReplyAddresses {
  readonly #owners = new Map<string, Session>();

  /** Reply queues of all sessions. */
  get size(): number {
    return this.#owners.size;
  }

  /** Returns the id of a new one. */
  open(owner: Session): string {
    const id = randomId();
    this.#owners.set(id, owner);
    return id;
  }

  close(id: string): void {
    this.#owners.delete(id);
  }

  /** Undefined where there is none, or none any more. */
  ownerOf(id: string | undefined): Session | undefined {
    return id === undefined ? undefined : this.#owners.get(id);
  }
}
