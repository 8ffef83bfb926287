import type { QueueStore } from '../../core/queue-store.js';
import { type ContractCheck, contract } from './contract.js';
import { expect } from './expect.js';
import { PAYLOADS, publication, said } from './publications.js';

/** A store that is closed and opened again on what it kept. */
export interface StoreWorld<Store> {
  readonly store: Store;
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

/** What whoever keeps durable queues promises. */
export function queueStoreContract(open: () => Promise<StoreWorld<QueueStore>>): readonly ContractCheck[] {
  const add = (store: QueueStore, key: number) =>
    store.add({ key, attempts: 0, publication: said(`message ${key}`) });
  const keys = async (store: QueueStore) => (await store.load()).map(({ key }) => key);

  return contract(({ it }) => {
    it('is empty at first', async () => {
      const { store, close } = await open();
      expect(await store.load()).toEqual([]);
      await close();
    });

    it('has all messages by key when the process comes back', async () => {
      const { store, reopen, close } = await open();
      await Promise.all([3, 1, 2].map((key) => add(store, key)));
      expect(await keys(await reopen())).toEqual([1, 2, 3]);
      await close();
    });

    it('forgets what was removed, and nothing else', async () => {
      const { store, reopen, close } = await open();
      await Promise.all([add(store, 1), add(store, 2), store.remove(1)]);
      await store.remove(99);
      expect(await keys(await reopen())).toEqual([2]);
      await close();
    });

    it('keeps how often a message was given out', async () => {
      const { store, reopen, close } = await open();
      await Promise.all([add(store, 1), store.attempted(1, 4), store.attempted(2, 1)]);
      expect(await (await reopen()).load()).toMatchObject([{ key: 1, attempts: 4 }]);
      await close();
    });

    it.each(PAYLOADS)('has %s as it was, and all that was said about it', async (_what, payload) => {
      const more = {
        audience: { users: ['5'] },
        headers: { 'reply-to': 'x', 'content-type': 'a\nb' },
        publisher: { session: '7', user: 'ann', role: 'user' },
        expires: 5000,
        trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        time: 7,
      };
      const { store, reopen, close } = await open();
      await store.add({ key: 1, attempts: 0, publication: publication(payload, more) });
      const [found] = await (await reopen()).load();
      expect(found?.publication).toMatchObject({ id: '17', channel: 'chat/1', ...more });
      const kept = found?.publication.payload;
      expect(kept?.contentType).toBe(payload.contentType);
      expect(kept?.isText).toBe(payload.isText);
      expect(kept?.bytes.equals(payload.bytes)).toBe(true);
      expect(kept?.arguments).toEqual(payload.arguments);
      await close();
    });

    it('has all of many messages, in their order', async () => {
      const { store, reopen, close } = await open();
      const all = Array.from({ length: 2500 }, (_, i) => i + 1);
      await Promise.all(all.map((key) => add(store, key)));
      expect(await keys(await reopen())).toEqual(all);
      await close();
    });

    it('refuses a key that it has, and goes on', async () => {
      const { store, close } = await open();
      await add(store, 1);
      await expect(add(store, 1)).rejects.toMatchObject({ code: 'unavailable' });
      await add(store, 2);
      expect(await keys(store)).toEqual([1, 2]);
      await close();
    });

    it('has kept what it was asked to keep when it is closed', async () => {
      const { store, reopen, close } = await open();
      const added = [add(store, 1), add(store, 2)];
      const again = await reopen();
      await Promise.all(added);
      expect(await keys(again)).toEqual([1, 2]);
      await close();
    });
  });
}
