import type { Publication } from '../../core/publication.js';
import { weight } from '../kept.js';

/** A message that a queue holds, as a link of the list that it is in. */
export class HeldMessage {
  /** Its place among all messages of the node: a greater one came later. */
  readonly key: number;
  readonly publication: Publication;
  /** Octets that it takes in memory, roughly: headers are the publisher's, too. */
  readonly weight: number;
  /** Whether it is in the store, too, whatever its route says by now. */
  readonly isStored: boolean;
  /** What it is held under, where it is shared with other nodes. */
  readonly lease: string;
  /** Times that it has been given out. */
  attempts: number;
  /** Whether somebody may have seen it. */
  redelivered: boolean;
  older: HeldMessage | undefined;
  newer: HeldMessage | undefined;

  constructor(
    key: number,
    publication: Publication,
    { isStored, attempts, redelivered, lease = '' }: Keeping = UNSTORED,
  ) {
    this.key = key;
    this.publication = publication;
    this.weight = weight(publication);
    this.isStored = isStored;
    this.lease = lease;
    this.attempts = attempts;
    this.redelivered = redelivered;
  }

  /** When it is given up, in milliseconds since 1970. */
  get expires(): number {
    return this.publication.expires ?? Number.POSITIVE_INFINITY;
  }
}

type Keeping = Pick<HeldMessage, 'isStored' | 'attempts' | 'redelivered'> & { readonly lease?: string };

const UNSTORED: Keeping = { isStored: false, attempts: 0, redelivered: false };

/** Messages by key. One that comes back takes its old place. */
export class MessageList {
  #oldest: HeldMessage | undefined;
  #newest: HeldMessage | undefined;
  /** Where one came back last: the next one belongs near it. */
  #recent: HeldMessage | undefined;

  get oldest(): HeldMessage | undefined {
    return this.#oldest;
  }

  /** Messages come in the order of their keys, or back one after another, so that few are passed over. */
  add(message: HeldMessage): void {
    if (this.#newest === undefined || this.#newest.key < message.key) {
      this.#link(message, this.#newest, undefined);
      return;
    }
    const older = this.#olderThan(message.key);
    this.#link(message, older, older === undefined ? this.#oldest : older.newer);
    this.#recent = message;
  }

  remove(message: HeldMessage): void {
    const { older, newer } = message;
    if (this.#recent === message) this.#recent = newer ?? older;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    message.older = undefined;
    message.newer = undefined;
  }

  /** Takes all out, the oldest first. */
  *drain(): Generator<HeldMessage> {
    for (let message = this.#oldest; message !== undefined; message = this.#oldest) {
      this.remove(message);
      yield message;
    }
  }

  /** The newest that is older; undefined where none is. */
  #olderThan(key: number): HeldMessage | undefined {
    let older = this.#recent ?? this.#oldest;
    while (older !== undefined && older.key > key) older = older.older;
    while (older?.newer !== undefined && older.newer.key < key) older = older.newer;
    return older;
  }

  #link(message: HeldMessage, older: HeldMessage | undefined, newer: HeldMessage | undefined): void {
    message.older = older;
    message.newer = newer;
    if (older === undefined) this.#oldest = message;
    else older.newer = message;
    if (newer === undefined) this.#newest = message;
    else newer.older = message;
  }
}
