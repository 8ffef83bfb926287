import { describe, expect, it } from 'vitest';
import { MemoryBroker } from '../../src/brokers/index.js';
import { RouterError } from '../../src/core/errors.js';
import type { HistoryStore, StoredHistory } from '../../src/core/history-store.js';
import { Payload } from '../../src/core/payload.js';
import type { Position } from '../../src/core/position.js';
import type { Publication } from '../../src/core/publication.js';
import type { HistoryPolicy } from '../../src/core/route.js';
import type { EmbeddedStore } from '../../src/stores/index.js';
import { brokerContract } from '../contracts/broker.js';
import { TestStores } from '../stores/stores.js';

const stores = new TestStores();
const history: HistoryPolicy = { size: 5, ttl: undefined, durable: true };

let files = 0;

brokerContract(
  'memory with durable histories',
  async () => ({
    nodes: [new MemoryBroker({ store: await stores.open({ path: `${stores.path}-${++files}` }) })],
  }),
  { durable: true },
);

describe('a durable history', () => {
  it('goes on after the end of the process where it was, for those who come back', async () => {
    const before = await life();
    const begun = (await before.broker.subscribe('a', history)) as Position;
    await before.publish(['1', '2', '3', '4', '5', '6', '7']);
    const [third] = await before.read();
    await before.end();
    const after = await life();
    expect((await after.read()).map(({ id }) => id)).toEqual(['3', '4', '5', '6', '7']);
    expect(await after.broker.recover('a', begun, 100)).toBeUndefined();
    const missed = await after.broker.recover('a', third?.position as Position, 100);
    expect(missed?.map(({ id }) => id)).toEqual(['4', '5', '6', '7']);
    await after.publish(['8']);
    expect((await after.read()).at(-1)?.position).toMatchObject({ epoch: begun.epoch, offset: 8 });
  });

  it('knows in the next process where it began, though nothing was published', async () => {
    const before = await life();
    const begun = (await before.broker.subscribe('a', history)) as Position;
    await before.end();
    const after = await life();
    expect(await after.broker.subscribe('a', history)).toEqual(begun);
    await after.publish(['1']);
    expect(await after.broker.recover('a', begun, 100)).toHaveLength(1);
  });

  it('keeps the newest version, so that an old one is not published later', async () => {
    const before = await life();
    await before.broker.publish(publication('1'), { retain: false, history, version: 7 });
    await before.end();
    const after = await life();
    const old = await after.broker.publish(publication('2'), { retain: false, history, version: 7 });
    expect(old).toMatchObject({ outcome: 'superseded', position: { offset: 1 } });
  });

  it('forgets in the file what it forgets, and what has expired', async () => {
    const before = await life();
    const brief = { size: 5, ttl: 1, durable: true };
    await before.broker.publish({ ...publication('b1'), channel: 'b' }, { retain: false, history: brief });
    await before.publish(['1', '2', '3', '4', '5', '6']);
    await before.end();
    const store = await stores.open();
    const kept = await store.loadHistories();
    expect(kept.find(({ channel }) => channel === 'a')?.entries).toHaveLength(5);
    await store.close();
    const after = await life();
    expect(await after.broker.history({ match: 'exact', channel: 'b' })).toEqual([]);
  });

  it('delivers nothing that it could not keep, and leaves no hole', async () => {
    const store = new FailingStore(await stores.open());
    const broker = new MemoryBroker({ store });
    const delivered: string[] = [];
    await broker.start({ deliver: ({ id }) => void delivered.push(id), lost: () => undefined });
    const publish = (id: string) =>
      Promise.resolve(broker.publish(publication(id), { retain: false, history })).then(
        ({ position }) => position?.offset,
        ({ code }) => code,
      );
    const first = publish('1');
    store.fails = true;
    const second = [publish('2'), publish('3')];
    expect(await first).toBe(1);
    expect(await Promise.all(second)).toEqual(['unavailable', 'unavailable']);
    store.fails = false;
    expect(await Promise.all([publish('4'), publish('5')])).toEqual([2, 3]);
    expect(delivered).toEqual(['1', '4', '5']);
  });

  it('is written once under one key, also while the first attempt is being written', async () => {
    const { broker } = await life();
    const once = { retain: false, history, key: 'k' };
    const both = await Promise.all([
      broker.publish(publication('1'), once),
      broker.publish(publication('2'), once),
    ]);
    expect(both.map(({ id, outcome }) => ({ id, outcome }))).toEqual([
      { id: '1', outcome: undefined },
      { id: '1', outcome: 'duplicate' },
    ]);
  });
});

/** One process after the other with one file. */
async function life() {
  const store: EmbeddedStore = await stores.open();
  const broker = new MemoryBroker({ store });
  await broker.start({ deliver: () => undefined, lost: () => undefined });
  return {
    broker,
    read: async () => broker.history({ match: 'exact', channel: 'a' }),
    publish: (ids: readonly string[]) =>
      Promise.all(ids.map((id) => broker.publish(publication(id), { retain: false, history }))),
    end: () => store.close(),
  };
}

/** Refuses to keep anything while it fails. */
class FailingStore implements HistoryStore {
  fails = false;
  readonly #store: HistoryStore;

  constructor(store: HistoryStore) {
    this.#store = store;
  }

  loadHistories() {
    return this.#store.loadHistories();
  }

  keepHistory(piece: StoredHistory): Promise<void> {
    if (this.fails) return Promise.reject(new RouterError('unavailable', 'the disk is full'));
    return this.#store.keepHistory(piece);
  }

  trimHistory(channel: string, floor: Position): Promise<void> {
    return this.#store.trimHistory(channel, floor);
  }

  forgetHistory(channel: string): Promise<void> {
    return this.#store.forgetHistory(channel);
  }
}

function publication(id: string): Publication {
  return { id, channel: 'a', payload: Payload.of({ id }), time: Date.now(), audience: undefined };
}
