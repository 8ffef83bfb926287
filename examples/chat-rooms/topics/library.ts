import type { Principal } from 'signalbox';
import { CHAT_DIRECTORY, type ChatDirectory, type ChatRoom } from 'signalbox/topics';

/** The reading rooms of a library, in place of the built-in rooms. */
export class Library implements ChatDirectory {
  static readonly service = CHAT_DIRECTORY;

  readonly #banned = new Set<string>();

  /** Asynchronous, as a query of a database would be. */
  async rooms(): Promise<readonly ChatRoom[]> {
    return [
      { id: '10', name: 'Novels' },
      { id: '20', name: 'Poems' },
      { id: '30', name: 'Behind the counter', roles: ['ROLE_STAFF'] },
    ];
  }

  async mayEnter({ id: user, roles }: Principal, { id: room, roles: wanted }: ChatRoom): Promise<boolean> {
    if (this.#banned.has(`${room}/${user}`)) return false;
    return wanted === undefined || wanted.some((role) => roles.includes(role));
  }

  ban(room: string, user: string): void {
    this.#banned.add(`${room}/${user}`);
  }
}
