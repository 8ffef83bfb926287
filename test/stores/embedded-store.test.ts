import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, vi } from 'vitest';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { describeMessageLog } from '../contracts/message-log.js';
import { said } from '../contracts/publications.js';
import { describeQueueStore } from '../contracts/queue-store.js';
import { LIMITS, TestStores } from './stores.js';

const stores = new TestStores();
const add = (key: number) => ({ key, attempts: 0, publication: said('x') });

describeQueueStore('one file', () => stores.world());
describeMessageLog('one file', () => stores.world());

describe('a store in one file', () => {
  it('commits together what is asked for together', async () => {
    const store = await stores.open();
    await Promise.all(Array.from({ length: 2500 }, (_, i) => store.add(add(i + 1))));
    expect(store.stats.commits).toBe(1);
    expect(store.pending).toBe(0);
  });

  it.each([
    ['limits.store_pending', { ...LIMITS, storePending: 2 }],
    ['limits.store_pending_size', { ...LIMITS, storePendingSize: 400 }],
  ])('refuses more than %s lets wait for the disk, and takes the rest', async (limit, limits) => {
    const counted: unknown[] = [];
    const meter = { count: (...call: unknown[]) => void counted.push(call) };
    const store = await stores.open({ limits, meter });
    const added = [1, 2].map((key) => store.add(add(key)));
    await expect(store.add(add(3))).rejects.toMatchObject({ code: 'limit_exceeded', limit });
    expect(counted).toEqual([['signalbox_limits_reached_total', { limit }]]);
    const removed = store.remove(1);
    await Promise.all([...added, removed]);
    await store.add(add(4));
    expect((await store.load()).map(({ key }) => key)).toEqual([2, 4]);
  });

  it('refuses one search more than limits.log_searches', async () => {
    const store = await stores.open({ limits: { ...LIMITS, logSearches: 1 } });
    const query = { channels: ['chat/1'], limit: 1 };
    const first = store.search(query);
    await expect(store.search(query)).rejects.toMatchObject({ limit: 'limits.log_searches' });
    await first;
    await store.search(query);
  });

  it('that fails says so once, however many ask', async () => {
    const error = vi.fn();
    const store = await stores.open({ logger: { ...NULL_LOGGER, error } });
    await store.close();
    for (let i = 0; i < 50; i++) {
      const search = store.search({ channels: ['chat/1'], limit: 1 });
      await expect(search).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(error).toHaveBeenCalledOnce();
  });

  it('forgets lines of the log whose time is over, and their words', async () => {
    const store = await stores.open();
    const lines = Array.from({ length: 1201 }, () => store.append(said('old', { time: 1000 }), { ttl: 500 }));
    await Promise.all([...lines, store.append(said('older', { time: 1 }), { ttl: undefined })]);
    const found = async (text?: string) =>
      (await store.search({ channels: ['chat/1'], text, limit: 1000 })).lines.length;
    await store.purge(1499);
    expect(await found()).toBe(1000);
    await store.purge(1500);
    expect([await found(), await found('old')]).toEqual([1, 1]);
  });

  it('is for one process alone', async () => {
    await stores.open();
    const other = stores.create();
    await expect(other.open()).rejects.toThrow('another process has it open');
    const search = other.search({ channels: ['chat/1'], limit: 1 });
    await expect(search).rejects.toMatchObject({ code: 'unavailable' });
    await expect(other.add(add(1))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is read by others while it is open, as for a backup', async () => {
    const store = await stores.open();
    await store.add(add(1));
    const reader = new Database(stores.path);
    const copy = join(stores.folder, 'copy.db');
    reader.exec(`VACUUM INTO '${copy}'`);
    reader.close();
    await store.add(add(2));
    const again = await stores.open({ path: copy });
    expect((await again.load()).map(({ key }) => key)).toEqual([1]);
  });

  it.each([
    ['text.db', 'this is no database, but a text that is long enough to be looked at as one\n'.repeat(20)],
    ['torn.db', `SQLite format 3\0${'\xff'.repeat(5000)}`],
  ])('says why it cannot use %s', async (name, content) => {
    const path = join(stores.folder, name);
    writeFileSync(path, content, 'latin1');
    const store = stores.create({ path });
    await expect(store.open()).rejects.toThrow(
      new RegExp(`${name} cannot be used: .*(not a database|malformed)`),
    );
  });

  it('leaves a file alone that a later version has made', async () => {
    const store = await stores.open();
    await store.close();
    const database = new Database(stores.path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(stores.create().open()).rejects.toThrow('of a later version of the server (99)');
  });

  it('says that it cannot make its folder', async () => {
    writeFileSync(join(stores.folder, 'file'), '');
    const path = join(stores.folder, 'file', 'store.db');
    await expect(stores.create({ path }).open()).rejects.toThrow(
      /store\.db cannot be used: .*(ENOTDIR|EEXIST)/,
    );
  });

  it('answers nothing more when it is closed', async () => {
    const store = await stores.open();
    await store.close();
    await expect(store.add(add(1))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.search({ channels: ['chat/1'], limit: 1 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await store.close();
  });
});
