import { type Position, samePosition } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { type Entry, isEntry } from './entry.js';
import { type RecentMemory, RecentPublications } from './recent.js';

/** What Redis says about what follows a place. */
export interface Reading {
  /** The newest place. */
  readonly top: Position;
  /** All that follows; undefined where that is not known. */
  readonly entries: readonly Entry[] | undefined;
}

export interface LiveChannelParts {
  readonly channel: string;
  readonly memory: RecentMemory;
  /** Without a place the history is begun where there is none. Throws `unavailable`. */
  read(since?: Position): Promise<Reading>;
  deliver(publication: Publication): void;
  lost(position: Position): void;
  /** Counts what was published and is not in the history. */
  foreign(): void;
}

/** Publications that may wait while the history is read; with more it is read once more. */
const MOST_HELD = 1000;

/**
 * One channel with a history that this node hears. What Redis sends is compared with what was delivered before: each publication
 * names the one before it by its token. Where they do not fit, the history is read on from the last delivery, and the subscribers
 * get it all in order, or are told that it is lost.
 */
export class LiveChannel {
  readonly #parts: LiveChannelParts;
  readonly #recent: RecentPublications;
  #last: Position | undefined;
  /** What is older was not delivered here. */
  #begun = 0;
  /** The newest that is known to be published, though it may not have come yet. */
  #published = 0;
  /** What came while the history was read; undefined while it is not. */
  #held: (Entry | Publication)[] | undefined = [];
  #isOverfull = false;
  #isStale = false;
  #isClosed = false;
  /** When it is to be compared with Redis next, in milliseconds of `performance.now()`. */
  due = 0;

  constructor(parts: LiveChannelParts) {
    this.#parts = parts;
    this.#recent = new RecentPublications(parts.memory);
  }

  /** The place of the last delivery. */
  get last(): Position | undefined {
    return this.#last;
  }

  /** Whether nothing is known to be missing. */
  get isCurrent(): boolean {
    return this.#held === undefined && !this.#isStale;
  }

  /** To be called once Redis sends the channel. `settled` resolves when what was sent before it was called has come. */
  async open(settled?: () => Promise<void>): Promise<Position> {
    const { top } = await this.#parts.read();
    await settled?.();
    this.#last ??= top;
    this.#begun = top.offset;
    // Who hears all channels has nothing else that brings these.
    if (settled !== undefined) for (const push of this.#held ?? []) this.#deliverEarly(push, top);
    this.#release();
    return this.#last;
  }

  received(push: Entry | Publication): void {
    if (this.#isClosed) return;
    if (this.#held !== undefined) this.#hold(push);
    else if (!this.#take(push)) this.#repair(push);
  }

  /** Reads on from the last delivery, unless that is being done. Resolves when that is over, however it ends. */
  async check(): Promise<void> {
    if (this.#last === undefined || this.#isClosed) return;
    if (this.#held !== undefined && !this.#isStale) return;
    this.#isStale = false;
    this.#held ??= [];
    await this.#catchUp(this.#last);
  }

  /** What follows a place as far as it is remembered here, and nothing is missing. */
  after(since: Position): readonly Publication[] | undefined {
    if (!this.isCurrent || this.#last === undefined || this.#last.offset < this.#published) return undefined;
    return samePosition(since, this.#last) ? [] : this.#recent.after(since, Date.now());
  }

  /** This node has published there. */
  published({ offset }: Position): void {
    this.#published = offset;
  }

  close(): void {
    this.#isClosed = true;
    this.#held = undefined;
    this.#recent.clear();
  }

  #hold(push: Entry | Publication): void {
    this.#isOverfull ||= (this.#held?.length ?? 0) >= MOST_HELD;
    if (!this.#isOverfull) this.#held?.push(push);
  }

  #deliverEarly(push: Entry | Publication, top: Position): void {
    if (isEntry(push) && push.publication.position.offset <= top.offset)
      this.#parts.deliver(push.publication);
  }

  /** False where it is not what follows, nor known. */
  #take(push: Entry | Publication): boolean {
    if (!isEntry(push)) {
      this.#parts.deliver(push);
      return true;
    }
    if (this.#follows(push)) {
      this.#accept(push);
      return true;
    }
    return this.#isKnown(push.publication.position);
  }

  #follows({ publication: { position }, before }: Entry): boolean {
    const last = this.#last;
    if (last === undefined) return false;
    return position.epoch === last.epoch && position.offset === last.offset + 1 && before === last.token;
  }

  /** What is older than is remembered may be known: it is compared with Redis soon. */
  #isKnown({ epoch, offset, token }: Position): boolean {
    const last = this.#last;
    if (last === undefined || epoch !== last.epoch || offset > last.offset) return false;
    const known = offset === last.offset ? last.token : this.#recent.tokenAt(offset);
    if (known === undefined && offset > this.#begun) this.due = 0;
    return known === undefined || known === token;
  }

  #accept(entry: Entry): void {
    const { publication } = entry;
    this.#last = publication.position;
    this.#recent.add(entry);
    this.#parts.deliver(publication);
  }

  #repair(push: Entry | Publication): void {
    this.#held = [push];
    if (this.#last !== undefined) void this.#catchUp(this.#last);
  }

  async #catchUp(since: Position): Promise<void> {
    try {
      this.#apply(await this.#parts.read(since));
      this.#release();
    } catch {
      // It is read again when Redis is back, or soon.
      this.#isStale = true;
      this.due = 0;
    }
  }

  #apply({ top, entries }: Reading): void {
    if (this.#isClosed) return;
    if (entries !== undefined) {
      for (const entry of entries) this.#accept(entry);
      return;
    }
    this.#recent.clear();
    this.#last = top;
    this.#begun = top.offset;
    this.#published = 0;
    this.#parts.lost(top);
  }

  #release(): void {
    const held = this.#held ?? [];
    const wasOverfull = this.#isOverfull;
    this.#held = undefined;
    this.#isOverfull = false;
    if (this.#isClosed) return;
    for (const push of held) {
      if (this.#held !== undefined) this.#hold(push);
      else if (!this.#take(push)) this.#distrust();
    }
    if (wasOverfull) void this.check();
  }

  /** Redis has just said otherwise. */
  #distrust(): void {
    this.#parts.foreign();
    this.due = 0;
  }
}
