import { describe, expect, it, vi } from 'vitest';
import { record, settled, until, useServer } from './kit.js';

const test = useServer();

describe('a refusal by the server', () => {
  it('is an error event that says channel, code, reason, remedy and hook', async () => {
    test.server.forbidden.add('secret');
    const sync = await test.connected();
    const errors = record(sync, 'error');
    sync.subscribe('secret', () => {});
    sync.publish('secret', 1);
    await settled(sync);
    const refusal = {
      channel: 'secret',
      code: 'forbidden',
      status: 403,
      message: 'not for you: secret',
      hint: 'ask for access',
      request: 'r-7',
    };
    expect(errors).toMatchObject([
      { ...refusal, event: 'onSubscribe' },
      { ...refusal, event: 'onPublish' },
    ]);
    expect(sync.state).toBe('open');
  });

  it('is not tried again by itself, but by another subscribe', async () => {
    test.server.forbidden.add('secret');
    const sync = await test.connected();
    const errors = record(sync, 'error');
    const heard = vi.fn();
    sync.subscribe('secret', heard);
    await settled(sync);
    await settled(sync);
    expect(test.server.peer.of(5)).toHaveLength(1);
    test.server.forbidden.clear();
    sync.subscribe('secret', () => {});
    await settled(sync);
    test.server.broadcast('secret', 1);
    await settled(sync);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(errors).toHaveLength(1);
  });

  it('is tried again after a reconnect, when the ticket may allow it', async () => {
    test.server.forbidden.add('secret');
    const sync = await test.connected();
    const errors = record(sync, 'error');
    const heard = vi.fn();
    sync.subscribe('secret', heard);
    await until(() => errors.length === 1);
    test.server.forbidden.clear();
    sync.reconnect();
    await until(() => test.server.peers[1]?.channels.has('secret'));
    sync.subscribe('secret', () => {});
    await settled(sync);
    expect(test.server.peer.of(5)).toEqual([['secret']]);
    expect(errors).toHaveLength(1);
  });

  it('in the words of GosWebSocketBundle, which names no error, is told with the numeric code', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    test.server.peer.send(4, 'a', 'a', 'You are not authorized', { code: 401, event: 'onSubscribe' });
    await settled(sync);
    expect(errors).toMatchObject([
      { code: 'refused', status: 401, channel: 'a', message: 'You are not authorized' },
    ]);
  });

  it('is printed when nobody listens', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    test.server.forbidden.add('secret');
    const sync = await test.connected();
    sync.subscribe('secret', () => {});
    await settled(sync);
    expect(print).toHaveBeenCalledWith('signalbox: not for you: secret', expect.anything());
    print.mockRestore();
  });
});
