import { describe, expect, it, vi } from 'vitest';
import { eventually, ManualClock, reached, record, settled, until, useServer } from './kit.js';

const test = useServer();

describe('subscribe', () => {
  it('connects by itself and delivers the payload and the channel', async () => {
    const heard = vi.fn();
    test.client().subscribe('oro/ping', heard);
    await until(() => test.server.peers[0]?.channels.has('oro/ping'));
    test.server.broadcast('oro/ping', { a: 1 });
    await eventually(() => expect(heard).toHaveBeenCalledExactlyOnceWith({ a: 1 }, { channel: 'oro/ping' }));
  });

  it('asks the server once per channel, however many callbacks wait', async () => {
    const sync = await test.connected();
    const [first, second] = [vi.fn(), vi.fn()];
    sync.subscribe('a', first);
    sync.subscribe('a', second);
    sync.subscribe('a', second);
    await settled(sync);
    test.server.broadcast('a', null);
    await settled(sync);
    expect(test.server.peer.of(5)).toEqual([['a']]);
    expect(first).toHaveBeenCalledExactlyOnceWith(null, { channel: 'a' });
    expect(second).toHaveBeenCalledTimes(1);
  });

  it('lets the other callbacks hear what one throws at, and reports the error', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    const heard = vi.fn();
    sync.subscribe('a', () => {
      throw new Error('broken page');
    });
    sync.subscribe('a', heard);
    await settled(sync);
    test.server.broadcast('a', 1);
    test.server.broadcast('a', 2);
    await settled(sync);
    expect(heard.mock.calls.map(([payload]) => payload)).toEqual([1, 2]);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject({ code: 'callback_failed', channel: 'a' });
    expect(errors[0]?.message).toContain('broken page');
  });

  it('does not call a callback that an earlier one has just ended', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    sync.subscribe('a', () => sync.unsubscribe('a', heard));
    sync.subscribe('a', heard);
    await settled(sync);
    test.server.broadcast('a', 1);
    await settled(sync);
    expect(heard).not.toHaveBeenCalled();
  });

  it('refuses what is not a channel or a callback at once', () => {
    const sync = test.client();
    expect(() => sync.subscribe('a', undefined as never)).toThrow('the callback for a must be a function');
    expect(() => sync.subscribe(5 as never, () => {})).toThrow('the channel must be a string');
    expect(sync.state).toBe('idle');
  });

  it('waits for connect when told not to connect by itself', async () => {
    const sync = test.client({ autoConnect: false });
    sync.subscribe('a', () => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sync.state).toBe('idle');
    sync.connect();
    await until(() => test.server.peers[0]?.channels.has('a'));
  });

  it('does not connect for a subscription that ended at once', async () => {
    const sync = test.client();
    sync.subscribe('a', () => {})();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sync.state).toBe('idle');
  });
});

describe('unsubscribe', () => {
  it('ends one callback and asks the server only after the last', async () => {
    const sync = await test.connected();
    const [first, second] = [vi.fn(), vi.fn()];
    sync.subscribe('a', first);
    const end = sync.subscribe('a', second);
    sync.unsubscribe('a', first);
    await settled(sync);
    expect(test.server.peer.of(6)).toEqual([]);
    test.server.broadcast('a', 1);
    await settled(sync);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
    end();
    await settled(sync);
    expect(test.server.peer.of(6)).toEqual([['a']]);
  });

  it('does nothing for a callback it does not know, where the ancestor ended all', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    sync.subscribe('a', heard);
    sync.unsubscribe('a', () => {});
    sync.unsubscribe('b', heard);
    sync.unsubscribe('c');
    await settled(sync);
    test.server.broadcast('a', 1);
    await settled(sync);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(test.server.peer.of(6)).toEqual([]);
  });

  it('ends all callbacks of the channel when none is named', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    sync.subscribe('a', heard);
    sync.subscribe('a', () => heard());
    sync.unsubscribe('a');
    await settled(sync);
    expect(test.server.peer.channels.size).toBe(0);
    test.server.peer.send(8, 'a', 1);
    await settled(sync);
    expect(heard).not.toHaveBeenCalled();
  });
});

describe('publish', () => {
  it('sends the payload alone, or with the receivers in the shapes of WAMP v1', async () => {
    const sync = await test.connected();
    sync.publish('a', { n: 1 });
    sync.publish('a');
    sync.publish('a', 2, { excludeMe: true });
    sync.publish('a', 3, { exclude: ['x'], eligible: ['y'] });
    sync.publish('a', 4, { eligible: ['y'], excludeMe: true });
    await settled(sync);
    expect(test.server.peer.of(7)).toEqual([
      ['a', { n: 1 }],
      ['a', null],
      ['a', 2, true],
      ['a', 3, ['x'], ['y']],
      ['a', 4, [test.server.peer.id], ['y']],
    ]);
  });

  it('keeps what was published before the connection, as it was then', async () => {
    const sync = test.client();
    const payload = { n: 1 };
    sync.publish('a', payload);
    payload.n = 2;
    sync.publish('a', payload);
    await until(() => test.server.peers[0]?.of(7).length === 2);
    expect(test.server.peer.of(7)).toEqual([
      ['a', { n: 1 }],
      ['a', { n: 2 }],
    ]);
  });

  it('hears its own publication when it subscribed first', async () => {
    const sync = test.client();
    const heard = vi.fn();
    sync.publish('a', 'mine');
    sync.subscribe('a', heard);
    await eventually(() => expect(heard).toHaveBeenCalledWith('mine', { channel: 'a' }));
  });

  it('refuses the oldest publication when more than the bound wait', async () => {
    const sync = test.client({ autoConnect: false, queueSize: 2 });
    const errors = record(sync, 'error');
    for (const n of [1, 2, 3]) sync.publish(`a/${n}`, n);
    expect(errors).toMatchObject([{ code: 'queue_full', channel: 'a/1' }]);
    sync.connect();
    await until(() => test.server.peers[0]?.of(7).length === 2);
    expect(test.server.peer.of(7)).toEqual([
      ['a/2', 2],
      ['a/3', 3],
    ]);
  });

  it('keeps a hundred by default', () => {
    const sync = test.client({ autoConnect: false });
    const errors = record(sync, 'error');
    for (let n = 0; n < 101; n++) sync.publish('a', n);
    expect(errors).toHaveLength(1);
  });

  it('throws at once what JSON cannot say, connected or not', async () => {
    const circle: Record<string, unknown> = {};
    circle['circle'] = circle;
    expect(() => test.client({ autoConnect: false }).publish('a', circle)).toThrow(TypeError);
    const sync = await test.connected();
    expect(() => sync.publish('a', circle)).toThrow(TypeError);
    await settled(sync);
  });

  it('refuses after close, and what waited at close', () => {
    const sync = test.client({ autoConnect: false });
    const errors = record(sync, 'error');
    sync.publish('early', 1);
    sync.close();
    sync.publish('late', 1);
    expect(errors).toMatchObject([
      { code: 'closed', channel: 'early' },
      { code: 'closed', channel: 'late' },
    ]);
  });
});

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

describe('call', () => {
  it('resolves each call with its own result, in whatever order they come', async () => {
    const sync = await test.connected();
    const waiting: (() => void)[] = [];
    test.server.answer = (peer, callId, procedure, args) => {
      waiting.unshift(() => peer.send(3, callId, [procedure, ...args]));
      if (waiting.length === 2) for (const answer of waiting) answer();
    };
    const both = Promise.all([sync.call('sum', 1, 2), sync.call('name')]);
    await expect(both).resolves.toEqual([['sum', 1, 2], ['name']]);
  });

  it('rejects with the words of the server', async () => {
    const sync = await test.connected();
    test.server.answer = (peer, callId, procedure) => {
      const details = { code: 404, error: 'no_such_procedure', hint: 'check the name' };
      peer.send(4, callId, procedure, 'no procedure is named x', details);
    };
    const error = {
      code: 'no_such_procedure',
      status: 404,
      hint: 'check the name',
      message: 'no procedure is named x',
    };
    await expect(sync.call('x')).rejects.toMatchObject(error);
  });

  it('waits for the first connection', async () => {
    await expect(test.client().call('early', 1)).resolves.toEqual({ procedure: 'early', args: [1] });
  });

  it('rejects what was sent when the connection is lost, and keeps what was not', async () => {
    const sync = await test.connected();
    const { answer } = test.server;
    test.server.answer = (peer) => peer.socket.terminate();
    await expect(sync.call('lost')).rejects.toMatchObject({ code: 'connection_lost' });
    test.server.answer = answer;
    await expect(sync.call('kept')).resolves.toBeDefined();
  });

  it('rejects when the answer does not come in time', async () => {
    const clock = new ManualClock();
    const sync = await test.connected({ clock, callTimeout: 1_000 });
    test.server.answer = () => {};
    const call = sync.call('slow');
    clock.advance(1_000);
    await expect(call).rejects.toMatchObject({ code: 'timeout' });
  });

  it('is not sent any more when it came too late for the connection', async () => {
    const clock = new ManualClock();
    const sync = test.client({ clock, autoConnect: false, callTimeout: 1_000 });
    const call = sync.call('slow');
    clock.advance(1_000);
    await expect(call).rejects.toMatchObject({ code: 'timeout' });
    sync.connect();
    await reached(sync, 'open');
    await settled(sync);
    expect(test.server.peer.of(2)).toHaveLength(1);
  });

  it('rejects at close and after it', async () => {
    const sync = await test.connected();
    test.server.answer = () => {};
    const call = sync.call('open');
    sync.close();
    await expect(call).rejects.toMatchObject({ code: 'connection_lost' });
    await expect(sync.call('late')).rejects.toMatchObject({ code: 'closed' });
  });

  it('rejects arguments that JSON cannot say', async () => {
    const sync = await test.connected();
    await expect(sync.call('x', 1n)).rejects.toThrow(TypeError);
  });
});

describe('listeners', () => {
  it('a listener that throws stops neither the others nor the client', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const sync = test.client();
    const heard = vi.fn();
    sync.on('connection_established', () => {
      throw new Error('broken listener');
    });
    sync.on('connection_established', heard);
    sync.connect();
    await reached(sync, 'open');
    expect(heard).toHaveBeenCalledWith({ sessionId: 'session-1' });
    expect(print).toHaveBeenCalledTimes(1);
    await settled(sync);
    print.mockRestore();
  });

  it('end with off: one, or all of a name', () => {
    const sync = test.client();
    const heard = vi.fn();
    sync.on('state', heard).off('state', heard).on('state', heard).off('state');
    sync.close();
    expect(heard).not.toHaveBeenCalled();
  });

  it('hear every state in turn', async () => {
    const sync = test.client();
    const states = record(sync, 'state');
    expect(sync.state).toBe('idle');
    sync.connect();
    await reached(sync, 'open');
    test.server.peer.socket.terminate();
    await until(() => states.length === 5);
    sync.close();
    expect(states.map(({ state }) => state)).toEqual([
      'connecting',
      'open',
      'waiting',
      'connecting',
      'open',
      'closed',
    ]);
  });
});

describe('what the server should not send', () => {
  it.each(['You are not allowed to subscribe on topic "a".', '[', '{}', '[99]', '[8,5,1]'])(
    'is reported and ends nothing: %s',
    async (text) => {
      const sync = await test.connected();
      const errors = record(sync, 'error');
      test.server.peer.socket.send(text);
      await settled(sync);
      expect(errors).toMatchObject([{ code: 'unreadable' }]);
      expect(errors[0]?.message).toContain(text);
    },
  );

  it('an event for a channel that nobody subscribed is ignored', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    test.server.peer.send(8, 'nobody', 1);
    await settled(sync);
    expect(errors).toEqual([]);
  });
});
