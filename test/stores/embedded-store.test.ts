import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { Payload } from '../../src/core/payload.js';
import type { Publication } from '../../src/core/publication.js';
import { EmbeddedStore } from '../../src/stores/index.js';

let folder: string;
let stores: EmbeddedStore[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-store-'));
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(folder, { recursive: true });
});

async function open(limits = { storePending: 100_000, storePendingSize: 2 ** 28 }): Promise<EmbeddedStore> {
  const path = join(folder, 'deeper', 'store.db');
  const store = new EmbeddedStore({ path, limits, logger: NULL_LOGGER, meter: NULL_METER });
  await store.open();
  stores.push(store);
  return store;
}

async function reopen(store: EmbeddedStore): Promise<EmbeddedStore> {
  await store.close();
  stores = stores.filter((one) => one !== store);
  return open();
}

function publication(payload: Payload, more: Partial<Publication> = {}): Publication {
  return { id: '17', channel: 'chat/1', payload, time: 1000, audience: undefined, ...more };
}

const said = (text: string, more: Partial<Publication> = {}) =>
  publication(Payload.of({ type: 'message', from: { id: '6', name: 'Ann' }, text }), more);

describe('a store of messages', () => {
  it('has them all, in their order, when the process comes back', async () => {
    const store = await open();
    await Promise.all([3, 1, 2].map((key) => store.add({ key, attempts: 0, publication: said(`m${key}`) })));
    await store.remove(1);
    await store.attempted(2, 4);
    const again = await reopen(store);
    const found = await again.load();
    expect(found.map(({ key, attempts }) => [key, attempts])).toEqual([
      [2, 4],
      [3, 0],
    ]);
  });

  it.each([
    ['JSON', Payload.fromJson(Buffer.from('{"a": 1.50, "b":"é"}'))],
    ['a text', Payload.fromText(Buffer.from('Sat Total: $12.50 €'), 'text/plain; charset=UTF-8')],
    ['octets', Payload.fromBytes(Buffer.from([0, 255, 128, 0]), 'application/x-amf')],
    ['arguments', Payload.ofArguments({ list: [1, Buffer.from([0, 255])], map: { a: 'x' } })],
  ])('has %s as it was', async (_what, payload) => {
    const more = { audience: { users: ['5'] }, headers: { 'reply-to': 'x' }, expires: 5000, time: 7 };
    const store = await open();
    await store.add({ key: 1, attempts: 0, publication: publication(payload, more) });
    const [found] = await (await reopen(store)).load();
    expect(found?.publication).toMatchObject({ id: '17', channel: 'chat/1', ...more });
    expect(found?.publication.payload.contentType).toBe(payload.contentType);
    expect(found?.publication.payload.isText).toBe(payload.isText);
    expect(found?.publication.payload.bytes.equals(payload.bytes)).toBe(true);
    expect(found?.publication.payload.arguments).toEqual(payload.arguments);
  });

  it('reads more than it reads at a time', async () => {
    const store = await open();
    const keys = Array.from({ length: 2500 }, (_, i) => i + 1);
    await Promise.all(keys.map((key) => store.add({ key, attempts: 0, publication: said('x') })));
    expect((await store.load()).map(({ key }) => key)).toEqual(keys);
    expect(store.stats.commits).toBeLessThan(10);
  });

  it('refuses more than may wait for the disk, and takes the rest', async () => {
    const store = await open({ storePending: 2, storePendingSize: 2 ** 28 });
    const added = [1, 2].map((key) => store.add({ key, attempts: 0, publication: said('x') }));
    expect(() => store.add({ key: 3, attempts: 0, publication: said('x') })).toThrow('limits.store_pending');
    const removed = store.remove(1);
    await Promise.all([...added, removed]);
    expect((await store.load()).map(({ key }) => key)).toEqual([2]);
  });

  it('refuses what the file refuses, and goes on', async () => {
    const store = await open();
    await store.add({ key: 1, attempts: 0, publication: said('x') });
    const twice = store.add({ key: 1, attempts: 0, publication: said('y') });
    await expect(twice).rejects.toMatchObject({ code: 'unavailable' });
    await store.add({ key: 2, attempts: 0, publication: said('z') });
    expect((await store.load()).map(({ key }) => key)).toEqual([1, 2]);
  });

  it('is for one process alone', async () => {
    await open();
    const path = join(folder, 'deeper', 'store.db');
    const limits = { storePending: 1, storePendingSize: 1 };
    const other = new EmbeddedStore({ path, limits, logger: NULL_LOGGER, meter: NULL_METER });
    await expect(other.open()).rejects.toThrow('another process has it open');
    await other.close();
  });

  it('says which file it cannot use', async () => {
    const path = join(folder, 'text.db');
    writeFileSync(
      path,
      'this is no database, but a text that is long enough to be looked at as one\n'.repeat(20),
    );
    const limits = { storePending: 1, storePendingSize: 1 };
    const store = new EmbeddedStore({ path, limits, logger: NULL_LOGGER, meter: NULL_METER });
    await expect(store.open()).rejects.toThrow(/text\.db cannot be used: .*not a database/);
    await store.close();
  });
});

describe('a log', () => {
  async function filled(): Promise<EmbeddedStore> {
    const store = await open();
    await store.append(said('The Budget is café-sized', { time: 1000 }), { ttl: undefined });
    await store.append(said('another word about budgets', { time: 2000, channel: 'chat/2' }), {
      ttl: undefined,
    });
    await store.append(publication(Payload.fromText(Buffer.from('plain budget')), { time: 3000 }), {
      ttl: undefined,
    });
    await store.append(said('nothing of the kind', { time: 4000 }), { ttl: undefined });
    return store;
  }

  const search = async (store: EmbeddedStore, more: Partial<Parameters<EmbeddedStore['search']>[0]> = {}) => {
    const found = await store.search({ channels: ['chat/1'], limit: 10, ...more });
    return found.map(({ key }) => key);
  };

  it('finds what was said in a channel, the oldest first', async () => {
    const store = await filled();
    expect(await search(store)).toEqual([1, 3, 4]);
    expect(await search(store, { channels: ['chat/1', 'chat/2'] })).toEqual([1, 2, 3, 4]);
    expect(await search(store, { channels: ['chat/3'] })).toEqual([]);
  });

  it.each([
    ['budget', [1, 3]],
    ['BUDGET', [1, 3]],
    ['cafe', [1]],
    ['sized budget', [1]],
    ['budg', [1, 3]],
    ['udget', []],
    ['message', []],
    ['budget OR nothing', []],
    ['"budget', [1, 3]],
    ['budget*', [1, 3]],
    ['text:budget', []],
    ['NEAR(budget)', []],
    ['...', []],
  ])('finds %s', async (text, expected) => {
    expect(await search(await filled(), { text })).toEqual(expected);
  });

  it('is read page by page, in both directions', async () => {
    const store = await filled();
    expect(await search(store, { limit: 2 })).toEqual([3, 4]);
    expect(await search(store, { limit: 2, before: 3 })).toEqual([1]);
    expect(await search(store, { limit: 2, after: 1 })).toEqual([3, 4]);
    expect(await search(store, { limit: 1, after: 1 })).toEqual([3]);
    expect(await search(store, { from: 3000 })).toEqual([3, 4]);
    expect(await search(store, { from: 1001, until: 4000 })).toEqual([3]);
  });

  it('outlives the process, and never numbers a line as one before', async () => {
    const again = await reopen(await filled());
    await again.append(said('later'), { ttl: undefined });
    expect(await search(again)).toEqual([1, 3, 4, 5]);
  });
});
