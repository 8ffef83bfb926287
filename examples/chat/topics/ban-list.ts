/** The token under which others inject the list. */
export const BAN_LIST = Symbol.for('chat.ban-list');

/** Who may not enter which room. Built once, when the first class injects it. */
export class BanList {
  static readonly service = BAN_LIST;

  readonly #bans = new Set<string>();

  ban(room: string, user: string): void {
    this.#bans.add(`${room}/${user}`);
  }

  /** Asynchronous, as a list in a database would be. */
  async has(room: string, user: string): Promise<boolean> {
    return this.#bans.has(`${room}/${user}`);
  }
}
