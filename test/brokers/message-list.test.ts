import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldMessage, MessageList } from '../../src/brokers/queues/held-message.js';
import { message } from '../contracts/queues.js';

/** What a list says of itself, from its oldest on and back. */
function keysOf(list: MessageList): { readonly keys: readonly number[]; readonly back: readonly number[] } {
  const keys: number[] = [];
  const back: number[] = [];
  let newest: HeldMessage | undefined;
  for (let one = list.oldest; one !== undefined; one = one.newer) {
    keys.push(one.key);
    newest = one;
  }
  for (let one = newest; one !== undefined; one = one.older) back.unshift(one.key);
  return { keys, back };
}

describe('a list of messages', () => {
  it('has them by key, whatever order they come and go in', () => {
    const steps = fc.array(fc.nat(30), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(steps, (keys) => {
        const list = new MessageList();
        const held = new Map<number, HeldMessage>();
        for (const key of keys) {
          const known = held.get(key);
          if (known === undefined) {
            const added = new HeldMessage(key, message('x'));
            list.add(added);
            held.set(key, added);
          } else {
            list.remove(known);
            held.delete(key);
          }
          const sorted = [...held.keys()].sort((a, b) => a - b);
          expect(keysOf(list)).toEqual({ keys: sorted, back: sorted });
        }
        const drained = [...list.drain()].map(({ key }) => key);
        expect(drained).toEqual([...held.keys()].sort((a, b) => a - b));
        expect(list.oldest).toBeUndefined();
      }),
    );
  });
});
