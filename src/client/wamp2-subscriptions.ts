import { type Interest, keyOf } from './interest.js';

/** Where one interest stands with the server. */
interface Standing {
  readonly interest: Interest;
  /** False when it ended before the server had answered. */
  wanted: boolean;
  /** The server's name for it; undefined until it has answered. */
  id: number | undefined;
}

/**
 * The subscriptions of one connection. While the server has not answered, an end and a new beginning are only noted,
 * since the server might give both the same id. Several names of one channel may have one id, too.
 */
export class Wamp2Subscriptions {
  readonly #byKey = new Map<string, Standing>();
  readonly #byId = new Map<number, readonly Standing[]>();

  /** True if the server has to be asked. */
  begin(interest: Interest): boolean {
    const standing = this.#byKey.get(keyOf(interest));
    if (standing) standing.wanted = true;
    else this.#byKey.set(keyOf(interest), { interest, wanted: true, id: undefined });
    return standing === undefined;
  }

  /** The id to take back now, if there is one. */
  end(interest: Interest): number | undefined {
    const standing = this.#byKey.get(keyOf(interest));
    if (standing) standing.wanted = false;
    return this.#settle(standing);
  }

  /** The server has agreed. Returns the id if nobody wants it any more. */
  joined(interest: Interest, id: number): number | undefined {
    const standing = this.#byKey.get(keyOf(interest));
    if (!standing) return id;
    standing.id = id;
    this.#byId.set(id, [...(this.#byId.get(id) ?? []), standing]);
    return this.#settle(standing);
  }

  /** The server has not agreed. */
  refused(interest: Interest): void {
    this.#byKey.delete(keyOf(interest));
  }

  /** The server has ended it. Returns who had it. */
  revoked(id: number): readonly Interest[] {
    const interests = this.of(id);
    for (const interest of interests) this.#byKey.delete(keyOf(interest));
    this.#byId.delete(id);
    return interests;
  }

  /** Who has this id. */
  of(id: number): readonly Interest[] {
    return (this.#byId.get(id) ?? []).map(({ interest }) => interest);
  }

  #settle(standing: Standing | undefined): number | undefined {
    if (standing?.id === undefined || standing.wanted) return undefined;
    const { id } = standing;
    const others = (this.#byId.get(id) ?? []).filter((other) => other !== standing);
    this.#byKey.delete(keyOf(standing.interest));
    if (others.length > 0) this.#byId.set(id, others);
    else this.#byId.delete(id);
    return others.length > 0 ? undefined : id;
  }
}
