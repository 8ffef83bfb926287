import { describe, expect, it, vi } from 'vitest';
import { PROTOCOLS, record, settled, until, useServer } from './kit.js';

describe.each(PROTOCOLS)('in %s', (protocol) => {
  const test = useServer(protocol);

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
      expect(test.server.peer.of('subscribe')).toHaveLength(1);
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
      expect(test.server.peer.of('subscribe')).toEqual([['secret']]);
      expect(errors).toHaveLength(1);
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
});
