import type { ReplayCache } from '../../core/authenticator.js';
import { type ContractCheck, contract, eventually } from './contract.js';
import { expect } from './expect.js';

/** Caches under test, connected to the same store as the others that one `create` call makes. */
export interface ReplayCacheFixture {
  /** One cache for each node. */
  readonly nodes: readonly ReplayCache[];
  close?(): Promise<void>;
}

const MINUTE = 60_000;

/** What authenticators rely on, whatever remembers. Run it for every implementation of `ReplayCache`. */
export function replayCacheContract(
  create: () => Promise<ReplayCacheFixture> | ReplayCacheFixture,
): readonly ContractCheck[] {
  return contract(({ beforeEach, afterEach, it }) => {
    let fixture: ReplayCacheFixture;

    beforeEach(async () => {
      fixture = await create();
    });
    afterEach(async () => {
      await fixture.close?.();
    });

    const claim = (id: string, until = Date.now() + MINUTE, node = 0) =>
      (fixture.nodes[node % fixture.nodes.length] as ReplayCache).claim(id, until);

    it('gives an id to the first only, on every node', async () => {
      expect(await claim('a')).toBe(true);
      for (const node of fixture.nodes.keys()) expect(await claim('a', undefined, node)).toBe(false);
    });

    it('gives an id to one of many who ask at once', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => claim('a', undefined, i)));
      expect(answers.filter((first) => first)).toHaveLength(1);
    });

    it('refuses an id again that is claimed for another time', async () => {
      const now = Date.now();
      expect(await claim('a', now + MINUTE)).toBe(true);
      expect(await claim('a', now + 2 * MINUTE)).toBe(false);
      expect(await claim('a', now + 1)).toBe(false);
    });

    it('keeps ids apart, also ones named like members of objects', async () => {
      const ids = [
        'a',
        'A',
        'a ',
        'a:b',
        '',
        '__proto__',
        'constructor',
        'ä',
        'a\n',
        '*',
        '{a}',
        'x'.repeat(300),
      ];
      for (const id of ids) expect(await claim(id)).toBe(true);
      for (const id of ids) expect(await claim(id)).toBe(false);
    });

    it('does not give out an id whose time is over', async () => {
      expect(await claim('past', Date.now() - 1)).toBe(false);
      expect(await claim('long past', 0)).toBe(false);
      expect(await claim('never', Number.NaN)).toBe(false);
    });

    it('takes the longest times', async () => {
      expect(await claim('far', Number.MAX_SAFE_INTEGER)).toBe(true);
      expect(await claim('further', Number.MAX_SAFE_INTEGER * 1000)).toBe(true);
      expect(await claim('far')).toBe(false);
      expect(await claim('further')).toBe(false);
    });

    it('forgets an id some time after it expired, and no other', async () => {
      expect(await claim('short', Date.now() + 100)).toBe(true);
      expect(await claim('long')).toBe(true);
      await eventually(async () => expect(await claim('short')).toBe(true));
      expect(await claim('long')).toBe(false);
    });
  });
}
