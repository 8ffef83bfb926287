import type { ChatMember } from './chat-words.js';

/** Members that are shown by name. Those above are a crowd: they hear and speak, and nobody is told of their coming. */
const CROWD = 200;

/** A member in a room. */
export interface Seat {
  readonly member: ChatMember;
  readonly isShown: boolean;
}

/** Who is in a room, in the order in which they came. */
export class ChatSeats {
  readonly #room: string;
  readonly #seats = new Map<string, Seat>();
  #shown = 0;

  constructor(room: string) {
    this.#room = room;
  }

  get size(): number {
    return this.#seats.size;
  }

  add(member: ChatMember): Seat {
    const seat = { member, isShown: this.#shown < CROWD };
    if (seat.isShown) this.#shown++;
    this.#seats.set(member.id, seat);
    return seat;
  }

  /** Undefined where nobody has left. */
  remove(id: string): Seat | undefined {
    const seat = this.#seats.get(id);
    if (seat === undefined) return undefined;
    this.#seats.delete(id);
    if (seat.isShown) this.#shown--;
    return seat;
  }

  clear(): void {
    this.#seats.clear();
    this.#shown = 0;
  }

  /** What somebody is told who has come; without a newcomer, what all are told. `total` is known better where not all are seated. */
  list(newcomer: ChatMember | undefined, total = this.#seats.size) {
    const members: ChatMember[] = [];
    for (const { member, isShown } of this.#seats.values())
      if (isShown || member.id === newcomer?.id) members.push(member);
    const isNew = newcomer !== undefined && !this.#seats.has(newcomer.id);
    if (isNew) members.push(newcomer);
    return { type: 'members', room: this.#room, members, total: Math.max(total, members.length) };
  }
}
