import type { Broker, BrokerListener, ChannelSelection, Keeping } from '../../src/core/broker.js';
import { following, newHistory, type Position, samePosition } from '../../src/core/position.js';
import type { Publication } from '../../src/core/publication.js';
import type { HistoryPolicy } from '../../src/core/route.js';

interface Kept {
  floor: Position;
  readonly publications: Publication[];
}

/** Does something later; resolves when it has. */
export type Later = (what: string) => Promise<unknown>;

/**
 * A broker that is elsewhere: whatever it is asked happens later, and is answered later still, and the node may be behind
 * what is kept. `later` says when.
 */
export class SlowBroker implements Broker {
  readonly #later: Later;
  readonly #kept = new Map<string, Kept>();
  readonly #subscribed = new Set<string>();
  /** On their way to the node. */
  readonly #underWay: Publication[] = [];
  #listener: BrokerListener | undefined;
  #turns: Promise<void> = Promise.resolve();

  constructor(later: Later) {
    this.#later = later;
  }

  start(listener: BrokerListener): void {
    this.#listener = listener;
  }

  async subscribe(channel: string, history?: HistoryPolicy): Promise<Position | undefined> {
    await this.#inTurn('subscribe', () => this.#subscribed.add(channel));
    const position = history && this.top(channel);
    await this.#later('subscribed');
    return position;
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#inTurn('unsubscribe', () => {
      this.#subscribed.delete(channel);
      this.#underWay.length = 0;
    });
  }

  async publish(publication: Publication, keeping?: Keeping): Promise<Publication> {
    const { channel } = publication;
    await this.#later('publish');
    if (keeping?.history !== undefined) {
      publication.position = following(this.top(channel));
      this.#of(channel).publications.push(publication);
    }
    if (this.#subscribed.has(channel)) {
      this.#underWay.push(publication);
      void this.#later('deliver').then(() => this.deliver());
    }
    return publication;
  }

  async recover(
    channel: string,
    since: Position,
    limit: number,
  ): Promise<readonly Publication[] | undefined> {
    await this.#later('recover');
    const missed = this.#after(channel, since);
    await this.#later('recovered');
    return missed === undefined || missed.length > limit ? undefined : missed;
  }

  retained(): readonly Publication[] {
    return [];
  }

  async history({ channel }: ChannelSelection): Promise<readonly Publication[]> {
    await this.#later('read');
    const found = [...this.#of(channel).publications];
    await this.#later('history');
    return found;
  }

  close(): void {
    this.#listener = undefined;
  }

  /** The next publication reaches the node, if there is one. */
  deliver(): void {
    const publication = this.#underWay.shift();
    if (publication !== undefined) this.#listener?.deliver(publication);
  }

  /** Where a channel is. */
  top(channel: string): Position {
    const { floor, publications } = this.#of(channel);
    return publications.at(-1)?.position ?? floor;
  }

  /** The oldest is not kept any more. */
  trim(channel: string): void {
    const kept = this.#of(channel);
    kept.floor = kept.publications.shift()?.position ?? kept.floor;
  }

  /** What is under way is lost, and nothing is kept of it; or the whole history is another one. */
  lose(channel: string, how: 'gap' | 'epoch'): void {
    const floor = how === 'epoch' ? newHistory() : this.top(channel);
    this.#kept.set(channel, { floor, publications: [] });
    this.#underWay.length = 0;
    if (this.#subscribed.has(channel)) this.#listener?.lost(channel, floor);
  }

  /** What is asked for a channel takes effect in the order asked. */
  #inTurn(what: string, effect: () => void): Promise<void> {
    this.#turns = this.#turns.then(() => this.#later(what)).then(effect);
    return this.#turns;
  }

  #of(channel: string): Kept {
    const known = this.#kept.get(channel);
    if (known !== undefined) return known;
    const begun = { floor: newHistory(), publications: [] };
    this.#kept.set(channel, begun);
    return begun;
  }

  #after(channel: string, since: Position): readonly Publication[] | undefined {
    const { floor, publications } = this.#of(channel);
    if (samePosition(floor, since)) return [...publications];
    const at = publications.findIndex(({ position }) => position && samePosition(position, since));
    return at === -1 ? undefined : publications.slice(at + 1);
  }
}
