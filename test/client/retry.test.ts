import { afterEach, describe, expect, it, vi } from 'vitest';
import { reached, record, settled, until, useServer } from './kit.js';

const test = useServer('wamp.2.json');
const OURS = { agent: 'signalbox/0.1', authid: 'user-5' };

/** Options and payload of each PUBLISH of the newest peer. */
function published(): unknown[] {
  return test.server.peer.wire('publish').map(([options, , args]) => [options, args]);
}

/** A client that has published and lost the connection before the answer. */
async function interrupted(publish: (sync: Awaited<ReturnType<typeof test.connected>>) => void) {
  const sync = await test.connected();
  const errors = record(sync, 'error');
  const lost = record(sync, 'connection_lost');
  test.server.acknowledges = false;
  publish(sync);
  await settled(sync);
  const before = published();
  test.server.peer.socket.terminate();
  await until(() => lost.length === 1);
  test.server.acknowledges = true;
  return { sync, errors, before };
}

describe('a publication', () => {
  it('goes out with key and version', async () => {
    const sync = await test.connected();
    sync.publish('a', 1, { key: 'order-7', version: 3 });
    await settled(sync);
    expect(published()).toEqual([
      [{ acknowledge: true, exclude_me: false, _key: 'order-7', _version: 3 }, [1]],
    ]);
  });

  it('that was under way when the connection ended is an error, since nobody knows', async () => {
    const { sync, errors } = await interrupted((sync) => sync.publish('a', 1, { key: 'order-7' }));
    await reached(sync, 'open');
    await settled(sync);
    expect(errors).toMatchObject([{ code: 'connection_lost', channel: 'a' }]);
    expect(published()).toEqual([]);
  });
});

describe('with retry', () => {
  it('it is sent again under the key that it had, before what came later', async () => {
    test.server.welcome = OURS;
    const payload = { n: 1 };
    const { sync, errors, before } = await interrupted((sync) => {
      sync.publish('a', payload, { retry: true });
      sync.publish('a', 2, { retry: true, key: 'mine' });
      payload.n = 9;
    });
    sync.publish('a', 3);
    await until(() => test.server.peers.length === 2 && published().length === 3);
    expect(published().slice(0, 2)).toEqual(before);
    expect(before).toMatchObject([
      [{ _key: expect.stringMatching(/^\d+(-\d+){3}$/) }, [{ n: 1 }]],
      [{ _key: 'mine' }, [2]],
    ]);
    expect(errors).toEqual([]);
  });

  it('an answered one is not sent again', async () => {
    test.server.welcome = OURS;
    test.server.forbidden.add('b');
    const sync = await test.connected();
    const errors = record(sync, 'error');
    sync.publish('a', 1, { retry: true });
    sync.publish('b', 1, { retry: true });
    await settled(sync);
    sync.reconnect();
    await reached(sync, 'open');
    await settled(sync);
    expect(test.server.peers).toHaveLength(2);
    expect(published()).toEqual([]);
    expect(errors).toMatchObject([{ code: 'forbidden', channel: 'b' }]);
  });

  it.each([
    ['the user is another', OURS, { ...OURS, authid: 'user-6' }],
    ['the server is another’s, who knows no keys', { authid: 'x' }, { authid: 'x' }],
  ])('it is not sent again where %s: it would be twice', async (_, first, second) => {
    test.server.welcome = first;
    const { sync, errors } = await interrupted((sync) => sync.publish('a', 1, { retry: true }));
    test.server.welcome = second;
    await reached(sync, 'open');
    await settled(sync);
    expect(published()).toEqual([]);
    expect(errors).toMatchObject([{ code: 'connection_lost', channel: 'a' }]);
  });

  describe('after a while', () => {
    afterEach(() => void vi.useRealTimers());

    it('it is not sent again, since the server has forgotten the key', async () => {
      test.server.welcome = OURS;
      const { sync, errors } = await interrupted((sync) => sync.publish('a', 1, { retry: true }));
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 241_000 });
      await reached(sync, 'open');
      await settled(sync);
      expect(published()).toEqual([]);
      expect(errors).toMatchObject([{ code: 'connection_lost', channel: 'a' }]);
    });
  });

  it('more than may wait are refused, the oldest first', async () => {
    test.server.welcome = OURS;
    const { errors } = await interrupted((sync) => {
      sync.configure({ queueSize: 2 });
      for (const n of [1, 2, 3]) sync.publish(`a/${n}`, n, { retry: true });
    });
    expect(errors).toMatchObject([{ code: 'queue_full', channel: 'a/1' }]);
  });
});
