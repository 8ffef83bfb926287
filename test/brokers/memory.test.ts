import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBroker } from '../../src/brokers/index.js';
import type { Meter } from '../../src/core/meter.js';
import { Payload } from '../../src/core/payload.js';
import type { Position } from '../../src/core/position.js';
import type { Publication } from '../../src/core/publication.js';

const LIMITS = { retained: 3, retainedSize: 100_000, historyChannels: 3, historySize: 100_000 };

function setUp(limits: Partial<typeof LIMITS> = {}) {
  const reached: string[] = [];
  const meter: Meter = { count: (_name, labels) => void reached.push(labels?.['limit'] ?? '') };
  const clock = { now: 0 };
  const broker = new MemoryBroker({ limits: { ...LIMITS, ...limits }, meter, clock: () => clock.now });
  const ids = (channel: string) => broker.history({ match: 'exact', channel }).map(({ id }) => id);
  return { broker, reached, clock, ids };
}

function publication(channel: string, id: string, octets = 1): Publication {
  return { id, channel, payload: Payload.of('x'.repeat(octets)), time: 0, audience: undefined };
}

const everything = { match: 'prefix', channel: '' } as const;
const history = { size: 5, ttl: undefined };
const keep = { retain: false, history };
const retain = { retain: true };

describe('the memory of what is retained', () => {
  it('loses the channels that were retained on longest ago, and says so', () => {
    const { broker, reached } = setUp();
    for (const channel of ['a', 'b', 'c', 'a', 'd'])
      void broker.publish(publication(channel, channel), retain);
    expect(broker.retained(everything).map(({ id }) => id)).toEqual(['c', 'a', 'd']);
    expect(reached).toEqual(['limits.retained']);
  });

  it('is bounded in octets, of payloads and of audiences', () => {
    const { broker, reached } = setUp();
    // As the router hands it over: the audience is the event, payload and all.
    const event = { users: ['u'.repeat(40_000)], payload: Payload.of('x'.repeat(100_000)), retain: true };
    void broker.publish(publication('a', '1', 40_000), retain);
    void broker.publish({ ...publication('b', '2'), audience: event }, retain);
    void broker.publish(publication('c', '3', 40_000), retain);
    expect(broker.retained(everything).map(({ id }) => id)).toEqual(['2', '3']);
    void broker.publish(publication('d', '4', 200_000), retain);
    expect(broker.retained(everything)).toEqual([]);
    expect(new Set(reached)).toEqual(new Set(['limits.retained_size']));
  });
});

describe('the memory of histories', () => {
  it('knows a channel that was left before anything was published, for five minutes', () => {
    const { broker, clock } = setUp();
    const begun = broker.subscribe('a', history) as Position;
    broker.unsubscribe('a');
    clock.now = 299_999;
    void broker.publish(publication('a', '1'), keep);
    expect(broker.recover('a', begun, 10)).toMatchObject([{ id: '1' }]);
    const other = broker.subscribe('b', history) as Position;
    broker.unsubscribe('b');
    clock.now += 300_000;
    void broker.subscribe('c', history);
    broker.unsubscribe('c');
    expect(broker.recover('b', other, 10)).toBeUndefined();
  });

  it('forgets channels that were left first, and no history for them', () => {
    const { broker, reached, ids } = setUp();
    void broker.publish(publication('a', '1'), keep);
    const left = ['b', 'c', 'd', 'e'].map((channel) => {
      const position = broker.subscribe(channel, history) as Position;
      broker.unsubscribe(channel);
      return position;
    });
    expect(['b', 'c', 'd', 'e'].map((channel, i) => broker.recover(channel, left[i] as Position, 1))).toEqual(
      [undefined, [], [], []],
    );
    expect([ids('a'), reached]).toEqual([['1'], ['limits.history_channels']]);
  });

  it('forgets what is too old, and the channel with it', () => {
    const { broker, clock, ids } = setUp();
    const brief = { retain: false, history: { size: 5, ttl: 100 } };
    void broker.publish(publication('a', '1'), brief);
    clock.now = 60;
    void broker.publish(publication('a', '2'), brief);
    expect(ids('a')).toEqual(['1', '2']);
    clock.now = 100;
    expect(ids('a')).toEqual(['2']);
    expect(broker.history(everything).map(({ id }) => id)).toEqual(['2']);
    clock.now = 200;
    expect([...ids('a'), ...broker.history(everything)]).toEqual([]);
  });

  it('loses the channel that was used longest ago, by writing or by reading', () => {
    const { broker, reached, ids } = setUp();
    for (const channel of ['a', 'b', 'c']) void broker.publish(publication(channel, channel), keep);
    ids('a');
    void broker.publish(publication('d', 'd'), keep);
    expect(broker.history(everything).map(({ id }) => id)).toEqual(['a', 'c', 'd']);
    expect(reached).toEqual(['limits.history_channels']);
  });

  it('is bounded in octets: the oldest go of the channel that was used longest ago', () => {
    const { broker, reached, ids } = setUp();
    const audience = { exclude: ['x'], payload: Payload.of(1) };
    for (const id of ['1', '2']) void broker.publish({ ...publication('a', id, 40_000), audience }, keep);
    void broker.publish(publication('b', '3', 40_000), keep);
    expect([ids('a'), ids('b')]).toEqual([['2'], ['3']]);
    void broker.publish(publication('c', '4', 200_000), keep);
    expect(broker.history(everything)).toEqual([]);
    expect(new Set(reached)).toEqual(new Set(['limits.history_size']));
  });

  it('keeps what a list of everything would, whatever comes and is read', () => {
    const step = fc.record({
      channel: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      size: fc.integer({ min: 1, max: 4 }),
      ttl: fc.constantFrom(undefined, 5, 20),
      after: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { broker, clock, ids } = setUp({ historyChannels: 10 });
        let model: { id: string; channel: string; until: number }[] = [];
        for (const [i, { channel, size, ttl, after }] of steps.entries()) {
          clock.now += after;
          const id = String(i);
          void broker.publish(publication(channel, id), { retain: false, history: { size, ttl } });
          model.push({ id, channel, until: clock.now + (ttl ?? Number.POSITIVE_INFINITY) });
          const own = model.filter((one) => one.channel === channel);
          model = model.filter((one) => one.channel !== channel || own.indexOf(one) >= own.length - size);
          const live = model.filter(({ until }) => until > clock.now);
          expect(broker.history(everything).map((one) => one.id)).toEqual(live.map((one) => one.id));
          const here = live.filter((one) => one.channel === channel);
          expect(ids(channel)).toEqual(here.map((one) => one.id));
        }
      }),
      { numRuns: 300 },
    );
  });
});
