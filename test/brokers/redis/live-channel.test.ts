import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/brokers/redis/entry.js';
import { LiveChannel, type Reading } from '../../../src/brokers/redis/live-channel.js';
import { RecentMemory } from '../../../src/brokers/redis/recent.js';
import { Payload } from '../../../src/core/payload.js';
import { following, newHistory, type Position, samePosition } from '../../../src/core/position.js';
import type { Publication } from '../../../src/core/publication.js';

/** A history as Redis keeps it, which a fault can take back to an earlier state. */
class Store {
  readonly #birth = newHistory();
  #entries: readonly Entry[] = [];
  /** Of each publication that there ever was. */
  readonly befores = new Map<string, string>();
  isAway = false;

  get top(): Position {
    return this.#entries.at(-1)?.publication.position ?? this.#birth;
  }

  publish(): Entry {
    const position = following(this.top);
    const payload = Payload.of(position.offset);
    const publication = { id: '1', channel: 'a', payload, time: 1, audience: undefined, position };
    const entry = { publication, before: this.top.token, at: 1, until: 0 };
    this.#entries = [...this.#entries, entry];
    this.befores.set(position.token, entry.before);
    return entry;
  }

  goBack(count: number): void {
    this.#entries = this.#entries.slice(0, Math.max(0, this.#entries.length - count));
  }

  async read(since?: Position): Promise<Reading> {
    if (this.isAway) throw new Error('away');
    const places = [this.#birth, ...this.#entries.map(({ publication }) => publication.position)];
    const at = places.findIndex((place) => since !== undefined && samePosition(place, since));
    return { top: this.top, entries: at === -1 ? undefined : this.#entries.slice(at) };
  }
}

function listen(store: Store, memory = new RecentMemory(1_000_000)) {
  const heard: (Position | 'lost')[] = [];
  const counts = { foreign: 0 };
  const channel = new LiveChannel({
    channel: 'a',
    memory,
    read: (since) => store.read(since),
    deliver: ({ position }: Publication) => void (position !== undefined && heard.push(position)),
    lost: () => void heard.push('lost'),
    foreign: () => void counts.foreign++,
  });
  return { channel, heard, counts };
}

const offsets = (heard: readonly (Position | 'lost')[]) =>
  heard.map((one) => (one === 'lost' ? one : one.offset));

describe('a channel with a history', () => {
  it('is delivered in order, once, and what Redis did not send is read from it', async () => {
    const store = new Store();
    const { channel, heard } = listen(store);
    await channel.open();
    const [first, , third, fourth] = Array.from({ length: 4 }, () => store.publish());
    for (const push of [first, first, fourth, third]) channel.received(push as Entry);
    await settle();
    expect(offsets(heard)).toEqual([1, 2, 3, 4]);
    expect(channel.isCurrent).toBe(true);
  });

  it('goes on when Redis is back, without anything missing', async () => {
    const store = new Store();
    const { channel, heard } = listen(store);
    await channel.open();
    channel.received(store.publish());
    store.isAway = true;
    store.publish();
    channel.received(store.publish());
    await settle();
    expect(offsets(heard)).toEqual([1]);
    expect(channel.isCurrent).toBe(false);
    expect(channel.after(heard[0] as Position)).toBeUndefined();
    store.isAway = false;
    await channel.check();
    expect(offsets(heard)).toEqual([1, 2, 3]);
  });

  it('is lost when another publication has the place of the next one', async () => {
    const store = new Store();
    const { channel, heard } = listen(store);
    await channel.open();
    for (let n = 0; n < 3; n++) channel.received(store.publish());
    store.goBack(2);
    channel.received(store.publish());
    await settle();
    expect(offsets(heard)).toEqual([1, 2, 3, 'lost']);
    channel.received(store.publish());
    expect(offsets(heard)).toEqual([1, 2, 3, 'lost', 3]);
  });

  it('is lost when a store that went back has got as far again', async () => {
    const store = new Store();
    const { channel, heard } = listen(store);
    await channel.open();
    for (let n = 0; n < 3; n++) channel.received(store.publish());
    store.goBack(2);
    for (let n = 0; n < 2; n++) store.publish();
    channel.received(store.publish());
    await settle();
    expect(offsets(heard)).toEqual([1, 2, 3, 'lost']);
    expect(channel.last).toEqual(store.top);
  });

  it('does not believe a message that the store knows nothing of', async () => {
    const store = new Store();
    const { channel, heard, counts } = listen(store);
    await channel.open();
    const other = new Store();
    for (let n = 0; n < 5; n++) channel.received(other.publish());
    await settle();
    expect(heard).toEqual([]);
    expect(counts.foreign).toBe(5);
    channel.received(store.publish());
    expect(offsets(heard)).toEqual([1]);
  });

  it('remembers what it delivered for those who come back, as far as there is memory', async () => {
    const store = new Store();
    const { channel, heard } = listen(store, new RecentMemory(5000));
    await channel.open();
    for (let n = 0; n < 50; n++) channel.received(store.publish());
    const since = (offset: number) => heard[offset - 1] as Position;
    expect(channel.after(since(50))).toEqual([]);
    expect(channel.after(since(48))?.map(({ position }) => position?.offset)).toEqual([49, 50]);
    expect(channel.after({ ...since(48), token: 'another' })).toBeUndefined();
    expect(channel.after(since(3))).toBeUndefined();
    channel.published(following(since(50)));
    expect(channel.after(since(48))).toBeUndefined();
  });

  it('delivers nothing after it is closed', async () => {
    const store = new Store();
    const { channel, heard } = listen(store);
    await channel.open();
    const push = store.publish();
    store.publish();
    channel.received(store.publish());
    channel.close();
    channel.received(push);
    await settle();
    expect(heard).toEqual([]);
  });

  it('has no gap that is not told, whatever is dropped, repeated, forged, delayed or taken back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { maxLength: 60 }), async (steps) => {
        const store = new Store();
        const { channel, heard } = listen(store);
        await channel.open();
        const last: { push?: Entry } = {};
        for (const step of steps) await take(step, { store, channel, last });
        store.isAway = false;
        await channel.check();
        await settle();
        await channel.check();
        expect(channel.last).toEqual(store.top);
        expectNoGap(heard, store);
      }),
      { numRuns: 1000 },
    );
  });
});

const STEPS = ['publish', 'drop', 'repeat', 'forge', 'back', 'away', 'check', 'wait'] as const;

interface Scene {
  readonly store: Store;
  readonly channel: LiveChannel;
  /** What came last. */
  readonly last: { push?: Entry };
}

async function take(step: (typeof STEPS)[number], { store, channel, last }: Scene): Promise<void> {
  store.isAway = step === 'away';
  if (step === 'drop') store.publish();
  if (step === 'back') store.goBack(2);
  if (step === 'check') await channel.check();
  if (step === 'wait') await settle();
  if (step === 'publish') last.push = store.publish();
  if (step === 'forge') last.push = new Store().publish();
  if (['publish', 'forge', 'repeat', 'away'].includes(step) && last.push) channel.received(last.push);
}

/** Each delivery is the one that was published after the last, but for those that were told. */
function expectNoGap(heard: readonly (Position | 'lost')[], { befores }: Store): void {
  for (const [i, one] of heard.entries()) {
    const before = heard[i - 1];
    if (one === 'lost' || before === undefined || before === 'lost') continue;
    expect(befores.get(one.token)).toBe(before.token);
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
