import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { attackTable, TOPICS } from './attacks.js';
import { World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterEach(() => world.leave());
afterAll(() => world?.stop());

for (const { title, attacks } of TOPICS) {
  describe(title, () => {
    for (const { id, attack, ours, run } of attacks) {
      it(`${id}: ${attack}`, async () => {
        expect(await run(world)).toBe(ours);
      });
    }
  });
}

describe('docs/attacks.md', () => {
  it('names every attack once', () => {
    const ids = TOPICS.flatMap(({ attacks }) => attacks.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has what is tried here', async () => {
    await expect(attackTable(TOPICS)).toMatchFileSnapshot('../../docs/attacks.md');
  });
});
