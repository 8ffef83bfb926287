import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouterError } from '../../src/core/errors.js';
import { GroupCommit } from '../../src/stores/group-commit.js';
import type { StoreChange } from '../../src/stores/store-requests.js';

const REFUSAL = new RouterError('unavailable', 'the disk is full');

const add = (key: number): StoreChange => ({
  do: 'add',
  key,
  attempts: 0,
  about: '{}',
  body: new Uint8Array(8),
});
const remove = (key: number): StoreChange => ({ do: 'remove', key });

/** A disk that keeps no new messages while it is full, and counts what it is asked. */
function disk() {
  const batches: (readonly StoreChange[])[] = [];
  const state = { full: false };
  const write = async (changes: readonly StoreChange[]) => {
    batches.push(changes);
    await undefined;
    if (state.full && changes.some((change) => change.do === 'add')) throw new Error('full');
  };
  const refused: unknown[] = [];
  const commit = new GroupCommit(write, (error) => {
    refused.push(error);
    return REFUSAL;
  });
  return { batches, state, refused, commit };
}

describe('changes that are committed together', () => {
  it('are all that was asked for while a commit ran, in the order asked', async () => {
    const { batches, commit } = disk();
    const first = commit.make(add(1));
    await undefined;
    const rest = [add(2), remove(1), add(3)].map((change) => commit.make(change));
    await Promise.all([first, ...rest]);
    expect(batches).toEqual([[add(1)], [add(2), remove(1), add(3)]]);
    expect(commit.stats.commits).toBe(2);
  });

  it('fail together, and what forgets is done all the same', async () => {
    const { batches, state, refused, commit } = disk();
    state.full = true;
    const asked = [add(1), remove(7), add(2), remove(8)].map((change) => commit.make(change));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(batches[1]).toEqual([remove(7), remove(8)]);
    expect(refused).toHaveLength(1);
    state.full = false;
    await commit.make(add(3));
  });

  it('are counted until they are settled, whatever becomes of them', async () => {
    const asks = fc.array(fc.record({ adds: fc.boolean(), full: fc.boolean(), waits: fc.boolean() }));
    await fc.assert(
      fc.asyncProperty(asks, async (steps) => {
        const { batches, state, commit } = disk();
        const asked: Promise<void>[] = [];
        for (const [key, { adds, full, waits }] of steps.entries()) {
          state.full = full;
          const made = commit.make(adds ? add(key) : remove(key));
          made.catch(() => undefined);
          asked.push(made);
          if (waits) await undefined;
        }
        expect(commit.count).toBeLessThanOrEqual(steps.length);
        await commit.finish();
        await Promise.allSettled(asked);
        expect([commit.count, commit.octets]).toEqual([0, 0]);
        const tried = batches.flat().filter(({ do: what }) => what === 'add');
        expect(tried).toEqual(steps.flatMap(({ adds }, key) => (adds ? [add(key)] : [])));
      }),
    );
  });
});
