import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogQuery, MessageLog } from '../../src/core/message-log.js';
import { Payload } from '../../src/core/payload.js';
import { PAYLOADS, publication, said } from './publications.js';
import type { StoreWorld } from './queue-store.js';

const KEPT = { ttl: undefined };

/** What whoever keeps the log of messages promises. */
export function describeMessageLog(name: string, open: () => Promise<StoreWorld<MessageLog>>): void {
  async function filled(): Promise<StoreWorld<MessageLog>> {
    const world = await open();
    const { store } = world;
    await store.append(said('The Budget is café-sized', { time: 1000 }), KEPT);
    await store.append(said('another word about budgets', { time: 2000, channel: 'chat/2' }), KEPT);
    await store.append(publication(Payload.fromText(Buffer.from('plain budget')), { time: 3000 }), KEPT);
    await store.append(said('nothing of the kind', { time: 4000 }), KEPT);
    return world;
  }

  const read = (store: MessageLog, more: Partial<LogQuery> = {}) =>
    store.search({ channels: ['chat/1'], limit: 10, ...more });
  const times = async (store: MessageLog, more: Partial<LogQuery> = {}) =>
    (await read(store, more)).lines.map(({ publication: { time } }) => time);

  describe(`the message log of ${name}`, () => {
    it('has what was said in a channel, the oldest first', async () => {
      const { store, close } = await filled();
      expect(await times(store)).toEqual([1000, 3000, 4000]);
      expect(await times(store, { channels: ['chat/1', 'chat/2'] })).toEqual([1000, 2000, 3000, 4000]);
      expect(await times(store, { channels: ['chat/3'] })).toEqual([]);
      expect(await times(store, { channels: [] })).toEqual([]);
      await close();
    });

    it.each(PAYLOADS)('has %s as it was', async (_what, payload) => {
      const { store, reopen, close } = await open();
      await store.append(publication(payload, { audience: { users: ['5'] } }), KEPT);
      const [line] = (await read(await reopen())).lines;
      expect(line?.publication).toMatchObject({ id: '17', audience: { users: ['5'] } });
      expect(line?.publication.payload.contentType).toBe(payload.contentType);
      expect(line?.publication.payload.bytes.equals(payload.bytes)).toBe(true);
      await close();
    });

    it.each([
      ['budget', [1000, 3000]],
      ['BUDGET', [1000, 3000]],
      ['cafe', [1000]],
      ['sized budget', [1000]],
      ['budg', [1000, 3000]],
      ['udget', []],
      ['message', []],
      ['budget OR nothing', []],
      ['"budget', [1000, 3000]],
      ['budget*', [1000, 3000]],
      ['text:budget', []],
      ['NEAR(budget)', []],
      ['-budget', [1000, 3000]],
      ['bud\0get', []],
      ['\0budget\0', [1000, 3000]],
      ['...', []],
      ['', []],
    ])('finds the word %j', async (text, expected) => {
      const { store, close } = await filled();
      expect(await times(store, { text })).toEqual(expected);
      await close();
    });

    it('takes whatever somebody looks for', async () => {
      const { store, close } = await filled();
      const anything = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.string({
          unit: fc.constantFrom(...'"*():^+-{}\\\0\' ab', 'AND', 'NEAR/2', '\ud800'),
          maxLength: 40,
        }),
      );
      const looked = fc.asyncProperty(anything, async (text) => {
        expect((await read(store, { text })).next).toBeUndefined();
      });
      await fc.assert(looked, { numRuns: 300 });
      await close();
    });

    it('finds in several channels, and between two times', async () => {
      const { store, close } = await filled();
      const both = { channels: ['chat/1', 'chat/2'], text: 'budget' };
      expect(await times(store, both)).toEqual([1000, 2000, 3000]);
      expect(await times(store, { ...both, from: 1001 })).toEqual([2000, 3000]);
      expect(await times(store, { ...both, until: 3000 })).toEqual([1000, 2000]);
      expect(await times(store, { ...both, from: 2000, until: 2001 })).toEqual([2000]);
      await close();
    });

    it.each([[1], [2], [3], [100]])('is read to its beginning and back, %d lines a page', async (limit) => {
      const { store, close } = await open();
      const all = Array.from({ length: 7 }, (_, i) => i);
      for (const time of all) await store.append(said('x', { time }), KEPT);
      const back: number[] = [];
      let { lines, next } = await read(store, { limit });
      const newest = lines.at(-1)?.key ?? 0;
      for (;;) {
        back.unshift(...lines.map(({ publication: { time } }) => time));
        if (next === undefined) break;
        ({ lines, next } = await read(store, { limit, before: next }));
      }
      expect(back).toEqual(all);
      const forth: number[] = [];
      for (let after: number | undefined = 0; after !== undefined; after = next) {
        ({ lines, next } = await read(store, { limit, after }));
        forth.push(...lines.map(({ publication: { time } }) => time));
      }
      expect(forth).toEqual(all);
      expect((await read(store, { limit, after: newest })).lines).toEqual([]);
      await close();
    });

    it('gives fewer large lines on a page, one at least, and says where the next one begins', async () => {
      const { store, close } = await open();
      const large = 'x'.repeat(3_000_000);
      for (const time of [1, 2, 3]) await store.append(said(large, { time }), KEPT);
      await store.append(said(large + large, { time: 4 }), KEPT);
      const pages: number[][] = [];
      for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined; ) {
        const { lines, next } = await read(store, { before });
        pages.push(lines.map(({ publication: { time } }) => time));
        before = next;
      }
      expect(pages).toEqual([[4], [3], [2], [1]]);
      await close();
    });

    it('outlives the process, and never numbers a line as one before', async () => {
      const { store, reopen, close } = await filled();
      const before = (await read(store)).lines.map(({ key }) => key);
      const again = await reopen();
      await again.append(said('later', { time: 9 }), KEPT);
      const keys = (await read(again)).lines.map(({ key }) => key);
      expect(keys.slice(0, -1)).toEqual(before);
      expect(keys.at(-1)).toBeGreaterThan(before.at(-1) ?? 0);
      await close();
    });
  });
}
