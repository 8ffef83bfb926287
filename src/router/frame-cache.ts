import type { Frame } from '../core/frame.js';
import type { Publication } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';
import type { SubscriptionGroup } from '../core/topic.js';

/**
 * The frames of one publication by wire key. Most groups have one key, so the last one is looked at first and a
 * map exists from the second key on.
 */
export class FrameCache {
  readonly #publication: Publication;
  readonly #group: SubscriptionGroup;
  #key: string | undefined;
  #frame: Frame | undefined;
  #others: Map<string, Frame> | undefined;

  constructor(publication: Publication, group: SubscriptionGroup) {
    this.#publication = publication;
    this.#group = group;
  }

  /** Where it was published. */
  get channel(): string {
    return this.#publication.channel;
  }

  for(subscriber: Subscriber): Frame {
    if (this.#frame !== undefined && subscriber.wireKey === this.#key) return this.#frame;
    return this.#switch(subscriber);
  }

  #switch(subscriber: Subscriber): Frame {
    if (this.#frame !== undefined && this.#key !== undefined) {
      this.#others ??= new Map();
      this.#others.set(this.#key, this.#frame);
    }
    this.#key = subscriber.wireKey;
    this.#frame = this.#others?.get(this.#key) ?? subscriber.encode(this.#publication, this.#group);
    return this.#frame;
  }
}
