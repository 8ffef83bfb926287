import { afterEach, describe, expect, it, vi } from 'vitest';
import { testRoute, testUser } from '../../../src/testing.js';
import { refusal, World } from './world.js';

const NOTICES = Number.MAX_SAFE_INTEGER;
const routes = [testRoute('chat', 'chat/{room}', { access: { subscribe: ['user'] } })];

/** Lets a second pass for the router, which looks at identities once in each. */
async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

function fakeTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
}

afterEach(() => void vi.useRealTimers());

describe('a WAMP v2 session whose identity ends', () => {
  it('is ended, once', async () => {
    fakeTime();
    const world = new World({ routes });
    const client = await world.join(testUser('5', { expires: Date.now() + 2000 }));
    await client.subscribe('chat.a');
    await pass(3000);
    expect(await client.news()).toEqual([[6, { message: 'the identity has expired' }, 'wamp.close.killed']]);
    expect(world.server.router.sessions.size).toBe(0);
  });

  it('lives on as nobody in particular where it may, and is told so if it wants to hear it', async () => {
    fakeTime();
    const world = new World({ routes, downgrade: true });
    const expires = Date.now() + 62_000;
    const [told, untold] = [
      await world.join(testUser('5', { expires })),
      await world.join(testUser('5', { expires })),
    ];
    expect(await told.ask([32, 1, {}, 'signalbox.session'])).toEqual([[33, 1, NOTICES]]);
    const subscription = await told.subscribe('chat.a');
    await pass(4000);
    expect(await told.news()).toEqual([[36, NOTICES, 1, {}, [{ type: 'expiring', in: expect.any(Number) }]]]);
    await pass(60_000);
    const [revocation, notice] = await told.news();
    expect(revocation).toEqual([35, 0, expect.objectContaining({ subscription })]);
    expect(notice?.slice(0, 3)).toEqual([36, NOTICES, 2]);
    expect(notice?.[4]).toMatchObject([{ type: 'identity', kind: 'anonymous', id: null }]);
    expect(await untold.news()).toEqual([]);
    expect(await told.ask([32, 2, {}, 'chat.a'])).toEqual([refusal(32, 2, 'wamp.error.not_authorized')]);
    expect(await told.ask([34, 3, NOTICES])).toEqual([[35, 3]]);
    expect(await told.ask([34, 4, NOTICES])).toEqual([refusal(34, 4, 'wamp.error.no_such_subscription')]);
  });

  it('hears when it listens what it has missed, the newest of each kind', async () => {
    const world = new World({ routes });
    const client = await world.join(testUser('5'));
    world.server.router.setRights('5', { roles: ['first'], organizations: [] });
    world.server.router.setRights('5', { roles: ['second'], organizations: [] });
    const [subscribed, notice, ...more] = await client.ask([32, 1, {}, 'signalbox.session']);
    expect([subscribed, more]).toEqual([[33, 1, NOTICES], []]);
    expect(notice?.[4]).toMatchObject([{ type: 'identity', roles: ['second'] }]);
  });

  it('has no notices of others by a pattern', async () => {
    const world = new World({ routes });
    const client = await world.join();
    const [answer] = await client.ask([32, 1, { match: 'prefix' }, 'signalbox.session']);
    expect(answer?.[2]).not.toBe(NOTICES);
  });
});
