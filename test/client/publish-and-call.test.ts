import { describe, expect, it, vi } from 'vitest';
import { eventually, ManualClock, PROTOCOLS, reached, record, settled, until, useServer } from './kit.js';

describe.each(PROTOCOLS)('in %s', (protocol) => {
  const test = useServer(protocol);

  describe('publish', () => {
    it('keeps what was published before the connection, as it was then', async () => {
      const sync = test.client();
      const payload = { n: 1 };
      sync.publish('a', payload);
      payload.n = 2;
      sync.publish('a', payload);
      await until(() => test.server.peers[0]?.of('publish').length === 2);
      expect(test.server.peer.of('publish')).toEqual([
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
      await until(() => test.server.peers[0]?.of('publish').length === 2);
      expect(test.server.peer.of('publish')).toEqual([
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

  describe('call', () => {
    it('resolves each call with its own result, in whatever order they come', async () => {
      const sync = await test.connected();
      const waiting: (() => void)[] = [];
      test.server.answer = ({ procedure, args, result }) => {
        waiting.unshift(() => result([procedure, ...args]));
        if (waiting.length === 2) for (const answer of waiting) answer();
      };
      const both = Promise.all([sync.call('sum', 1, 2), sync.call('name')]);
      await expect(both).resolves.toEqual([['sum', 1, 2], ['name']]);
    });

    it('rejects with the words of the server', async () => {
      const sync = await test.connected();
      const error = {
        code: 'no_such_procedure',
        status: 404,
        hint: 'check the name',
        message: 'no procedure is named x',
      };
      test.server.answer = ({ refuse }) => refuse(error);
      await expect(sync.call('x')).rejects.toMatchObject(error);
    });

    it('waits for the first connection', async () => {
      await expect(test.client().call('early', 1)).resolves.toEqual({ procedure: 'early', args: [1] });
    });

    it('rejects what was sent when the connection is lost, and keeps what was not', async () => {
      const sync = await test.connected();
      const { answer } = test.server;
      test.server.answer = ({ peer }) => peer.socket.terminate();
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
      expect(test.server.peer.of('call')).toHaveLength(1);
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

    it('is sent at once when connected, even if nothing may wait', async () => {
      const sync = await test.connected({ queueSize: 0 });
      await expect(sync.call('x')).resolves.toBeDefined();
    });
  });
});
