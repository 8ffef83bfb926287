import { describe, expect, it } from 'vitest';
import { load } from './harness.js';

const route = (presence: string) => `a:\n  channel: a/{b}\n  handler: a\n  presence: ${presence}\n`;

describe('the presence of a route', () => {
  it.each([
    ['true', { leaveDelay: 5000, members: 1000 }],
    ['{}', { leaveDelay: 5000, members: 1000 }],
    ['{ leave_delay: 30s }', { leaveDelay: 30_000, members: 1000 }],
    ['{ leave_delay: 0, members: 0 }', { leaveDelay: 0, members: 0 }],
    ['{ leave_delay: 0s, members: 10000 }', { leaveDelay: 0, members: 10_000 }],
    ['{ leave_delay: 10m, members: ~ }', { leaveDelay: 600_000, members: 1000 }],
  ])('may be %s', async (text, expected) => {
    const { routes, findings } = await load(route(text));
    expect(findings).toEqual([]);
    expect(routes[0]?.presence).toEqual(expected);
  });

  it.each(['false', '~'])('is not kept where it is %s', async (text) => {
    const { routes, findings } = await load(route(text));
    expect(findings).toEqual([]);
    expect(routes[0]?.presence).toBeUndefined();
  });

  it('is not kept unless the route says so', async () => {
    const { routes } = await load('a:\n  channel: a/{b}\n  handler: a\n');
    expect(routes[0]?.presence).toBeUndefined();
  });

  it.each([
    ['yes', 'wrong-type', 'presence must be true or false'],
    ['5s', 'wrong-type', 'presence must be true or false'],
    ['[]', 'wrong-type', 'presence must be true or false'],
    ['{ leave_delay: 11m }', 'wrong-type', 'presence.leave_delay must be a duration of up to 10m, or 0'],
    ['{ leave_delay: soon }', 'wrong-type', 'presence.leave_delay'],
    ['{ leave_delay: -1 }', 'wrong-type', 'presence.leave_delay'],
    ['{ leave_delay: [] }', 'wrong-type', 'presence.leave_delay'],
    ['{ members: 10001 }', 'wrong-type', 'presence.members must be a whole number from 0 to 10000'],
    ['{ members: -1 }', 'wrong-type', 'presence.members'],
    ['{ members: 1.5 }', 'wrong-type', 'presence.members'],
    ['{ members: "5" }', 'wrong-type', 'presence.members'],
    ['{ leavedelay: 5s }', 'unknown-key', 'unknown key "leavedelay" in presence'],
  ])('cannot be %s', async (text, code, message) => {
    const { findings } = await load(route(text));
    expect(findings).toEqual([
      expect.objectContaining({ code, message: expect.stringContaining(message), line: 4 }),
    ]);
  });
});
