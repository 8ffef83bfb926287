import { describe, expect, it } from 'vitest';
import { load } from './harness.js';

const route = (history: string) => `a:\n  channel: a/{b}\n  handler: a\n  history: ${history}\n`;

describe('the history of a route', () => {
  it.each([
    ['{ size: 100, ttl: 10m }', { size: 100, ttl: 600_000 }],
    ['{ size: 1 }', { size: 1, ttl: undefined }],
    ['{ size: 10000, ttl: ~ }', { size: 10_000, ttl: undefined }],
    ['{ size: 5, ttl: 500 }', { size: 5, ttl: 500 }],
    ['{ size: 5, durable: true }', { size: 5, ttl: undefined, durable: true }],
  ])('may be %s', async (text, expected) => {
    const { routes, findings } = await load(route(text));
    expect(findings).toEqual([]);
    expect(routes[0]?.history).toEqual(expected);
  });

  it('is not kept unless the route says so', async () => {
    const { routes } = await load('a:\n  channel: a/{b}\n  handler: a\n');
    expect(routes[0]?.history).toBeUndefined();
  });

  it.each([
    ['100', 'wrong-type', 'history must be a map'],
    ['true', 'wrong-type', 'history must be a map'],
    ['~', 'wrong-type', 'history must be a map'],
    ['{}', 'wrong-type', 'history.size must be a whole number from 1 to 10000'],
    ['{ ttl: 10m }', 'wrong-type', 'history.size'],
    ['{ size: 0 }', 'wrong-type', 'history.size'],
    ['{ size: 10001 }', 'wrong-type', 'history.size'],
    ['{ size: 1.5 }', 'wrong-type', 'history.size'],
    ['{ size: "100" }', 'wrong-type', 'history.size'],
    ['{ size: 100, ttl: soon }', 'wrong-type', 'history.ttl must be a duration'],
    ['{ size: 100, ttl: 0 }', 'wrong-type', 'history.ttl'],
    ['{ size: 100, ttl: [] }', 'wrong-type', 'history.ttl'],
    ['{ size: 100, tll: 10m }', 'unknown-key', 'unknown key "tll" in history'],
  ])('cannot be %s', async (text, code, message) => {
    const { findings } = await load(route(text));
    expect(findings).toEqual([
      expect.objectContaining({ code, message: expect.stringContaining(message), line: 4 }),
    ]);
  });
});
