import { describe, expect, it } from 'vitest';
import { load } from './harness.js';

const route = (...lines: string[]) =>
  ['a:', '  channel: a/{b}', '  handler: a', ...lines.map((line) => `  ${line}`), ''].join('\n');

describe('the delivery of a route', () => {
  it('is to every subscriber, and nothing is kept, unless the route says so', async () => {
    const { routes, findings } = await load(route('delivery: topic'));
    expect(findings).toEqual([]);
    expect(routes[0]).toMatchObject({ queue: undefined, replay: undefined, log: undefined });
  });

  it('may be by queue, with bounds that nobody has to say', async () => {
    const { routes, findings } = await load(route('delivery: queue'));
    expect(findings).toEqual([]);
    expect(routes[0]?.queue).toEqual({
      durable: false,
      size: 10_000,
      ttl: undefined,
      attempts: Number.POSITIVE_INFINITY,
      deadLetter: undefined,
      prefetch: 100,
    });
  });

  it('may be by a queue that outlives the process, with bounds of its own', async () => {
    const { routes, findings } = await load(
      route(
        'delivery: queue',
        'durable: true',
        'queue: { size: 5, ttl: 1d, dead_letter: queue/dead, prefetch: 1 }',
      ),
    );
    expect(findings).toEqual([]);
    expect(routes[0]?.queue).toEqual({
      durable: true,
      size: 5,
      ttl: 86_400_000,
      attempts: 5,
      deadLetter: 'queue/dead',
      prefetch: 1,
    });
  });

  it.each([
    ['log: true', { ttl: undefined }],
    ['log: {}', { ttl: undefined }],
    ['log: { ttl: 1h }', { ttl: 3_600_000 }],
    ['log: false', undefined],
  ])('is preceded by the log as in %s', async (line, expected) => {
    const { routes, findings } = await load(route(line));
    expect(findings).toEqual([]);
    expect(routes[0]?.log).toEqual(expected);
  });

  it.each(['conflate', 'disconnect'] as const)('says what becomes of slow subscribers: %s', async (slow) => {
    const { routes, findings } = await load(route(`slow: ${slow}`));
    expect(findings).toEqual([]);
    expect(routes[0]?.slow).toBe(slow);
  });

  it.each([
    ['history: { size: 1 }', []],
    ['replay: 1', []],
    ['history: { size: 2 }', ['conflicting-keys']],
    ['replay: 2', ['conflicting-keys']],
    ['delivery: queue', ['conflicting-keys']],
  ])('leaves out nothing that a route promises: slow: conflate with %s', async (other, expected) => {
    const { findings } = await load(route('slow: conflate', other));
    expect(findings.map(({ code }) => code)).toEqual(expected);
  });

  it('knows no other way with slow subscribers', async () => {
    const { findings } = await load(route('slow: drop'));
    expect(findings).toMatchObject([
      { code: 'wrong-type', message: expect.stringContaining('slow must be disconnect or conflate') },
    ]);
  });

  it('replays as many as the route says', async () => {
    const { routes, findings } = await load(route('replay: 20', 'history: { size: 100 }'));
    expect(findings).toEqual([]);
    expect(routes[0]?.replay).toBe(20);
  });

  it.each([
    ['delivery: fanout', 'wrong-type', 'delivery must be topic or queue'],
    ['delivery: ~', 'wrong-type', 'delivery must be topic or queue'],
    ['delivery: { queue: {} }', 'wrong-type', 'delivery must be topic or queue'],
    ['replay: 0', 'wrong-type', 'replay must be a whole number from 1 to 10000'],
    ['replay: all', 'wrong-type', 'replay must be'],
    ['log: yes please', 'wrong-type', 'log must be true or false'],
    ['log: { tll: 1h }', 'unknown-key', 'unknown key "tll" in log'],
    ['log: { ttl: 0 }', 'wrong-type', 'log.ttl must be a duration'],
    ['durable: true', 'conflicting-keys', '"durable" says something about a queue'],
    ['queue: { size: 5 }', 'conflicting-keys', '"queue" says something about a queue'],
  ])('cannot be said as %s', async (line, code, message) => {
    const { findings } = await load(route(line));
    expect(findings).toEqual([
      expect.objectContaining({ code, message: expect.stringContaining(message), line: 4 }),
    ]);
  });

  it('cannot replay more than its history keeps', async () => {
    const { findings } = await load(route('replay: 101', 'history: { size: 100 }'));
    expect(findings).toMatchObject([
      { code: 'conflicting-keys', message: expect.stringContaining('replay of 101'), line: 1 },
    ]);
  });

  it.each([
    ['durable: maybe', 'wrong-type', 'durable must be true or false'],
    ['queue: 5', 'wrong-type', 'queue must be a map'],
    ['queue: { size: 0 }', 'wrong-type', 'queue.size must be a whole number from 1 to 1000000'],
    ['queue: { attempts: 1.5 }', 'wrong-type', 'queue.attempts must be'],
    ['queue: { dead_letter: [] }', 'wrong-type', 'queue.dead_letter must be a channel'],
    ['queue: { prefech: 1 }', 'unknown-key', 'unknown key "prefech" in queue'],
    ['history: { size: 5 }', 'conflicting-keys', '"history" keeps what was delivered'],
    ['replay: 5', 'conflicting-keys', '"replay" keeps what was delivered'],
  ])('by queue cannot be said as %s', async (line, code, message) => {
    const { findings } = await load(route('delivery: queue', line));
    expect(findings).toEqual([
      expect.objectContaining({ code, message: expect.stringContaining(message), line: 5 }),
    ]);
  });
});
