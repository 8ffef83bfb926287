import { describe, expect, it, vi } from 'vitest';
import { record, settled, until, useServer } from './kit.js';

const test = useServer('wamp');

describe('WAMP v1', () => {
  it('has publications with the payload alone, or with the receivers in one of two shapes', async () => {
    const sync = await test.connected();
    sync.publish('a', { n: 1 });
    sync.publish('a');
    sync.publish('a', 2, { excludeMe: true });
    sync.publish('a', 3, { exclude: ['x'], eligible: ['y'] });
    sync.publish('a', 4, { eligible: ['y'], excludeMe: true });
    await settled(sync);
    expect(test.server.peer.received.slice(0, 5)).toEqual([
      [7, 'a', { n: 1 }],
      [7, 'a', null],
      [7, 'a', 2, true],
      [7, 'a', 3, ['x'], ['y']],
      [7, 'a', 4, [test.server.peer.id], ['y']],
    ]);
  });

  it('has refusals of GosWebSocketBundle, which names no error: they are told with the numeric code', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    test.server.peer.send(4, 'a', 'a', 'You are not authorized', { code: 401, event: 'onSubscribe' });
    await settled(sync);
    expect(errors).toMatchObject([
      { code: 'refused', status: 401, channel: 'a', message: 'You are not authorized' },
    ]);
  });

  it('has no patterns, and nothing kept: to ask for them is an error, now and after each welcome', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    sync.subscribe('a/', () => {}, { match: 'prefix' });
    sync.subscribe('b', () => {}, { getRetained: true });
    sync.publish('c', 1, { retain: true });
    await settled(sync);
    const refused = { code: 'feature_not_supported', hint: expect.stringContaining('protocol') };
    expect(errors).toMatchObject(['a/', 'b', 'c'].map((channel) => ({ ...refused, channel })));
    expect(test.server.peer.said).toEqual([['call', 'settled']]);
    sync.unsubscribe('a/', undefined, { match: 'prefix' });
    await settled(sync);
    expect(test.server.peer.of('unsubscribe')).toEqual([]);
  });

  it('has no named arguments, and neither parts of a result nor cancelling: it ends for the caller', async () => {
    const sync = await test.connected();
    const onProgress = vi.fn();
    const named = sync.call({ procedure: 'x', kwargs: { a: 1 } });
    await expect(named).rejects.toMatchObject({ code: 'feature_not_supported', channel: 'x' });
    await expect(sync.call({ procedure: 'x', args: [1], onProgress })).resolves.toBeDefined();
    const abort = new AbortController();
    test.server.answer = () => {};
    const call = sync.call({ procedure: 'slow', signal: abort.signal });
    await until(() => test.server.peer.of('call').length === 2);
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'canceled' });
    expect(onProgress).not.toHaveBeenCalled();
    expect(test.server.peer.of('call')).toEqual([['x', 1], ['slow']]);
  });
});
