import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChannelSummary, channelsAmong, channelsOfAll } from '../../src/core/channel-summary.js';
import type { Topic } from '../../src/core/topic.js';
import { testRoute } from '../../src/testing.js';

const ROUTE = testRoute('r', '{name}');
const CHANNELS = fc.uniqueArray(fc.constantFrom('a', 'b', 'ba', 'bb', 'bc', 'c', 'd/e', 'd/f'), {
  maxLength: 8,
});

function topic(channel: string, size: number): Topic {
  return { channel, size, request: { channel, route: ROUTE, params: {} } } as unknown as Topic;
}

const summary = (position: string | null): ChannelSummary => ({
  ...{ channel: 'a', route: 'r', subscribers: 1, position, kind: 'recoverable', promise: '' },
});

describe('the channels of several nodes', () => {
  it('are read page by page as those of one, whatever node has which', () => {
    const nodes = fc.array(fc.array(CHANNELS, { maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        nodes,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('', 'b', 'd/'),
        (of, limit, prefix) => {
          const expected = new Map<string, number>();
          const all = of.map((rooms) => {
            const counts = new Map<string, number>();
            for (const channel of rooms.flat()) counts.set(channel, (counts.get(channel) ?? 0) + 1);
            for (const [channel, size] of counts)
              if (channel.startsWith(prefix)) expected.set(channel, (expected.get(channel) ?? 0) + size);
            return [...counts].map(([channel, size]) => topic(channel, size)).reverse();
          });
          const read: (readonly [string, number])[] = [];
          for (let after: string | undefined = ''; after !== undefined; ) {
            const question = { prefix, after, limit };
            const page = channelsOfAll(
              all.map((topics) => channelsAmong(topics, question)),
              limit,
            );
            expect(page.channels.length).toBeLessThanOrEqual(limit);
            read.push(...page.channels.map(({ channel, subscribers }) => [channel, subscribers] as const));
            after = page.more ? page.channels.at(-1)?.channel : undefined;
          }
          expect(read).toEqual([...expected].sort(([a], [b]) => (a < b ? -1 : 1)));
        },
      ),
    );
  });

  it('are where the furthest node is, in the history that was named first', () => {
    const at = (...positions: readonly (string | null)[]) =>
      channelsOfAll(
        positions.map((position) => ({ channels: [summary(position)], more: false })),
        1,
      ).channels[0]?.position;
    expect(at('e.2.x', 'e.3.y', null, 'e.1.z')).toBe('e.3.y');
    expect(at(null, 'e.3.y')).toBe('e.3.y');
    expect(at('e.2.x', 'f.3.y')).toBe('e.2.x');
  });

  it('are a thousand of each node at most, and none that nobody hears', () => {
    const many = Array.from({ length: 1500 }, (_, n) => topic(`c${n}`, 1));
    const page = channelsAmong([topic('a', 0), ...many], { prefix: '', after: '', limit: 1e9 });
    expect([page.channels.length, page.more, page.channels[0]?.channel]).toEqual([1000, true, 'c0']);
  });
});
