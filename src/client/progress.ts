/** Messages of a channel were missed and will not come. */
export interface Gap {
  readonly channel: string;
  /**
   * `too_far`: more than the server keeps, or gives at once. `new_history`: it has begun to count anew, as after a restart.
   * `no_history`: it keeps nothing of the channel.
   */
  readonly reason: 'too_far' | 'new_history' | 'no_history';
}

/** Where the server says that a subscription begins. */
export interface Start {
  /** Undefined where the channel has no history, or the server knows nothing of positions. */
  readonly position: string | undefined;
  /** Whether all that was missed follows. */
  readonly recovered: boolean;
}

/** How far one subscription has come in the history of its channel. */
export class Progress {
  #position: string | undefined;
  /** Whether messages from before the position may follow, as a route may repeat them for who begins. */
  #begins = true;

  constructor(since: string | undefined) {
    this.#position = since;
  }

  /** After which to resume; undefined where nothing is known. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Returns what came of the wish to resume; undefined if there was none. */
  start({ position, recovered }: Start): 'recovered' | Gap['reason'] | undefined {
    const before = this.#position;
    this.#begins = !recovered;
    if (recovered && before !== undefined) return 'recovered';
    this.#position = position;
    if (before === undefined) return undefined;
    if (position === undefined) return 'no_history';
    return placeOf(before).epoch === placeOf(position).epoch ? 'too_far' : 'new_history';
  }

  /** False for a message that has been delivered before. */
  takes(position: string, isRetained = false): boolean {
    if (!this.#begins && isUpTo(position, this.#position)) return false;
    if (isRetained) return true;
    this.#position = position;
    this.#begins = false;
    return true;
  }
}

/** The history that a position is of, and how manieth it is there. */
export function placeOf(position: string): { readonly epoch: string; readonly offset: number } {
  const [epoch = '', offset] = position.split('.');
  return { epoch, offset: Number(offset) };
}

function isUpTo(position: string, end: string | undefined): boolean {
  if (end === undefined) return false;
  const [one, other] = [placeOf(position), placeOf(end)];
  return one.epoch === other.epoch && one.offset <= other.offset;
}
