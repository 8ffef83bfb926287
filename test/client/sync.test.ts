import { describe, expect, it, vi } from 'vitest';
import { quiet } from '../support/until.js';
import { eventually, PROTOCOLS, reached, record, settled, until, useServer } from './kit.js';

describe.each(PROTOCOLS)('in %s', (protocol) => {
  const test = useServer(protocol);

  describe('subscribe', () => {
    it('connects by itself and delivers the payload and the channel', async () => {
      const heard = vi.fn();
      test.client().subscribe('oro/ping', heard);
      await until(() => test.server.peers[0]?.channels.has('oro/ping'));
      test.server.broadcast('oro/ping', { a: 1 });
      await eventually(() =>
        expect(heard).toHaveBeenCalledExactlyOnceWith({ a: 1 }, { channel: 'oro/ping' }),
      );
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
      expect(test.server.peer.of('subscribe')).toEqual([['a']]);
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
      await quiet();
      expect(sync.state).toBe('idle');
      sync.connect();
      await until(() => test.server.peers[0]?.channels.has('a'));
    });

    it('does not connect for a subscription that ended at once', async () => {
      const sync = test.client();
      sync.subscribe('a', () => {})();
      await quiet();
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
      expect(test.server.peer.of('unsubscribe')).toEqual([]);
      test.server.broadcast('a', 1);
      await settled(sync);
      expect(first).not.toHaveBeenCalled();
      expect(second).toHaveBeenCalledTimes(1);
      end();
      await settled(sync);
      expect(test.server.peer.of('unsubscribe')).toEqual([['a']]);
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
      expect(test.server.peer.of('unsubscribe')).toEqual([]);
    });

    it('ends all callbacks of the channel when none is named', async () => {
      const sync = await test.connected();
      const heard = vi.fn();
      sync.subscribe('a', heard);
      sync.subscribe('a', () => heard());
      sync.unsubscribe('a');
      await settled(sync);
      await until(() => test.server.peer.channels.size === 0);
      test.server.peer.tell('a', 1);
      await settled(sync);
      expect(heard).not.toHaveBeenCalled();
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
      expect(heard).toHaveBeenCalledWith({ sessionId: test.server.peer.id });
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
    it.each([
      'You are not allowed to subscribe on topic "a".',
      '[',
      '{}',
      '[99]',
      protocol === 'wamp' ? '[8,5,1]' : '[36,"a",1]',
    ])('is reported and ends nothing: %s', async (text) => {
      const sync = await test.connected();
      const errors = record(sync, 'error');
      test.server.peer.socket.send(text);
      await settled(sync);
      expect(errors).toMatchObject([{ code: 'unreadable' }]);
      expect(errors[0]?.message).toContain(text);
    });

    it('an event for a channel that nobody subscribed is ignored', async () => {
      const sync = await test.connected();
      const errors = record(sync, 'error');
      test.server.peer.tell('nobody', 1);
      await settled(sync);
      expect(errors).toEqual([]);
    });
  });
});
