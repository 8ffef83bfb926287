import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SyncOptions } from '../../src/client/options.js';
import { quiet } from '../support/until.js';
import { eventually, ManualClock, PROTOCOLS, reached, record, settled, until, useServer } from './kit.js';

describe.each(PROTOCOLS)('in %s', (protocol) => {
  const test = useServer(protocol);

  /** A client whose pauses the test ends, and which are the longest that chance allows. */
  async function patient(options: SyncOptions = {}) {
    const clock = new ManualClock();
    const random = () => 1;
    const sync = await test.connected({
      clock,
      random,
      minRetryDelay: 500,
      maxRetryDelay: 30_000,
      ...options,
    });
    return { sync, clock, lost: record(sync, 'connection_lost'), retries: record(sync, 'retry') };
  }

  describe('after the connection ends', () => {
    it.each([1000, 1001, 1006, 1011, 1012, 4001, 4003, 4005, 4008, 4499, 3000])(
      'with code %i it comes back',
      async (code) => {
        const { sync, clock, lost } = await patient();
        sync.subscribe('a', () => {});
        await settled(sync);
        if (code === 1006) test.server.peer.socket.terminate();
        else test.server.peer.socket.close(code, 'bye');
        await reached(sync, 'waiting');
        expect(lost).toEqual([{ code, reason: code === 1006 ? '' : 'bye', retries: 1, delay: 500 }]);
        clock.advance(500);
        await until(() => test.server.peers[1]?.channels.has('a'));
      },
    );

    it.each([4500, 4501, 4503, 4504, 4999])('with code %i it stays away and says so', async (code) => {
      const { sync, lost, retries } = await patient();
      const errors = record(sync, 'error');
      test.server.peer.socket.close(code, 'bad credentials');
      await reached(sync, 'closed');
      expect(lost).toEqual([{ code, reason: 'bad credentials', retries: 0, delay: undefined }]);
      expect(errors).toMatchObject([{ code: 'disconnected', status: code }]);
      expect(errors[0]?.message).toBe(`bad credentials (${code})`);
      expect(retries).toEqual([]);
      sync.connect();
      await reached(sync, 'open');
    });

    it('by its own close it stays away', async () => {
      const { sync, lost, clock } = await patient();
      sync.close();
      expect(sync.state).toBe('closed');
      await until(() => test.server.open.length === 0);
      clock.advance(60_000);
      sync.subscribe('a', () => {});
      await quiet();
      expect(test.server.peers).toHaveLength(1);
      expect(lost).toEqual([]);
    });

    it('what was subscribed and published meanwhile follows the welcome', async () => {
      const { sync, clock } = await patient();
      const [kept, ended, added] = [vi.fn(), vi.fn(), vi.fn()];
      sync.subscribe('kept', kept);
      sync.subscribe('ended', ended);
      await settled(sync);
      test.server.peer.socket.terminate();
      await reached(sync, 'waiting');
      sync.unsubscribe('ended');
      sync.subscribe('added', added);
      sync.publish('added', 1);
      clock.advance(500);
      await eventually(() => expect(added).toHaveBeenCalledWith(1, { channel: 'added' }));
      expect(test.server.peer.said).toEqual([
        ['subscribe', 'kept'],
        ['subscribe', 'added'],
        ['publish', 'added', 1],
      ]);
    });
  });

  describe('the pauses', () => {
    it('double up to the longest, count from one, and tell the outage once', async () => {
      const { sync, clock, lost, retries } = await patient();
      await test.server.stop();
      const pauses = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
      for (const [index, pause] of pauses.entries()) {
        await until(() => retries.length === index + 1);
        expect(retries[index]).toEqual({ retries: index + 1, delay: pause });
        clock.advance(pause - 1);
        expect(sync.state).toBe('waiting');
        clock.advance(1);
        expect(sync.state).toBe('connecting');
      }
      await reached(sync, 'waiting');
      await test.server.start();
      clock.advance(30_000);
      await reached(sync, 'open');
      expect(lost).toHaveLength(1);
    });

    it('are drawn from the whole range', async () => {
      const draws = [0, 0.5, 0.25];
      const { clock, retries } = await patient({ random: () => draws.shift() ?? 0 });
      await test.server.stop();
      for (const [index, pause] of [0, 500, 500].entries()) {
        await until(() => retries.length === index + 1);
        expect(retries[index]?.delay).toBe(pause);
        clock.advance(pause);
      }
      await test.server.start();
    });

    it('grow on while connections do not last, and start small after one that did', async () => {
      const { sync, clock, lost } = await patient({ stableAfter: 5_000 });
      const drop = async () => {
        test.server.peer.socket.terminate();
        await reached(sync, 'waiting');
        clock.advance(30_000);
        await reached(sync, 'open');
      };
      await drop();
      await drop();
      clock.advance(4_999);
      await drop();
      clock.advance(5_000);
      await drop();
      expect(lost.map(({ delay }) => delay)).toEqual([500, 1_000, 2_000, 500]);
    });

    it('a first attempt that fails is an outage too', async () => {
      await test.server.stop();
      const sync = test.client();
      const lost = record(sync, 'connection_lost');
      const established = record(sync, 'connection_established');
      sync.subscribe('a', () => {});
      await until(() => lost.length === 1);
      await test.server.start();
      await until(() => test.server.peers[0]?.channels.has('a'));
      expect(lost).toHaveLength(1);
      expect(established).toHaveLength(1);
    });

    it('end at once with connect', async () => {
      const { sync } = await patient();
      test.server.peer.socket.terminate();
      await reached(sync, 'waiting');
      sync.connect();
      expect(sync.state).toBe('connecting');
      sync.connect();
      await reached(sync, 'open');
      expect(test.server.peers).toHaveLength(2);
    });
  });

  describe('in a browser', () => {
    let window = new EventTarget();
    afterEach(() => vi.unstubAllGlobals());

    function stub(): void {
      window = new EventTarget();
      vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
      vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
    }

    it('the pause ends when the network is back', async () => {
      stub();
      const { sync } = await patient();
      test.server.peer.socket.terminate();
      await reached(sync, 'waiting');
      window.dispatchEvent(new Event('online'));
      await reached(sync, 'open');
      window.dispatchEvent(new Event('online'));
      await settled(sync);
      expect(test.server.peers).toHaveLength(2);
    });

    it.each(['online', 'pageshow', 'resume', 'visibilitychange'])(
      'with %s a connection that was gone without a word is found out, and made anew',
      async (name) => {
        stub();
        const { sync, clock, lost } = await patient();
        await settled(sync);
        test.server.answer = () => {};
        window.dispatchEvent(new Event(name));
        await until(() => test.server.peer.of('call').length === 2);
        expect(test.server.peer.of('call').at(-1)).toEqual(['signalbox.identity']);
        clock.advance(4_999);
        expect(sync.state).toBe('open');
        clock.advance(1);
        expect(lost).toEqual([{ code: 1006, reason: 'no sign of life', retries: 1, delay: 500 }]);
        clock.advance(500);
        await reached(sync, 'open');
        expect(test.server.peers).toHaveLength(2);
      },
    );

    it('a connection that answers, whatever it says, is kept', async () => {
      stub();
      const { sync, clock, lost } = await patient();
      const errors = record(sync, 'error');
      test.server.answer = ({ refuse }) => refuse({ code: 'no_such_procedure', message: 'none' });
      window.dispatchEvent(new Event('visibilitychange'));
      await until(() => test.server.peer.of('call').length === 1);
      test.server.answer = ({ result }) => result(null);
      await settled(sync);
      clock.advance(60_000);
      expect(sync.state).toBe('open');
      expect([lost, errors]).toEqual([[], []]);
    });

    it('an event that comes in time is an answer, too', async () => {
      stub();
      const { sync, clock } = await patient();
      const heard = vi.fn();
      sync.subscribe('a', heard);
      await settled(sync);
      test.server.answer = () => {};
      window.dispatchEvent(new Event('resume'));
      test.server.broadcast('a', 1);
      await eventually(() => expect(heard).toHaveBeenCalledTimes(1));
      clock.advance(60_000);
      expect(sync.state).toBe('open');
    });

    it('a page that nobody sees keeps its time, and asks for nothing', async () => {
      stub();
      vi.stubGlobal('document', { visibilityState: 'hidden' });
      const { sync } = await patient();
      for (const name of ['visibilitychange', 'online']) window.dispatchEvent(new Event(name));
      await settled(sync);
      expect(test.server.peer.of('call')).toEqual([['settled']]);
      test.server.peer.socket.terminate();
      await reached(sync, 'waiting');
      window.dispatchEvent(new Event('online'));
      expect(sync.state).toBe('waiting');
      vi.stubGlobal('document', { visibilityState: 'visible' });
      window.dispatchEvent(new Event('visibilitychange'));
      await reached(sync, 'open');
    });

    it('waking once more asks once more, and a connection is still lost once', async () => {
      stub();
      const { sync, clock, lost } = await patient();
      await settled(sync);
      test.server.answer = () => {};
      for (let n = 0; n < 3; n++) window.dispatchEvent(new Event('pageshow'));
      clock.advance(5_000);
      await reached(sync, 'waiting');
      clock.advance(500);
      await reached(sync, 'open');
      clock.advance(60_000);
      expect(lost).toHaveLength(1);
      expect(test.server.peers).toHaveLength(2);
    });

    it('a closed client does not come back with the network', async () => {
      stub();
      const { sync } = await patient();
      sync.close();
      window.dispatchEvent(new Event('online'));
      expect(sync.state).toBe('closed');
    });

    it('a page that is being left hears nothing of the end', async () => {
      stub();
      const { sync, lost } = await patient();
      window.dispatchEvent(new Event('beforeunload'));
      test.server.peer.socket.terminate();
      await reached(sync, 'waiting');
      expect(lost).toEqual([]);
    });
  });

  describe('one socket at a time', () => {
    it('reconnect leaves the old one, and what it still says is ignored', async () => {
      const sync = await test.connected();
      const heard = vi.fn();
      const lost = record(sync, 'connection_lost');
      sync.subscribe('a', heard);
      await settled(sync);
      const old = test.server.peer;
      old.tell('a', 'late');
      sync.reconnect();
      await reached(sync, 'open');
      await settled(sync);
      await until(() => test.server.open.length === 1);
      expect(test.server.open[0]).not.toBe(old);
      expect(heard).not.toHaveBeenCalled();
      expect(lost).toEqual([]);
    });

    it('many reconnects and connects in a row end in one connection', async () => {
      const sync = await test.connected();
      for (let n = 0; n < 5; n++) {
        sync.reconnect();
        sync.connect();
      }
      await reached(sync, 'open');
      await until(() => test.server.open.length === 1);
      await settled(sync);
      expect(test.server.open).toHaveLength(1);
    });

    it('close during the attempt leaves none', async () => {
      const sync = test.client();
      sync.connect();
      sync.close();
      sync.connect();
      sync.close();
      await quiet(50);
      expect(test.server.open).toHaveLength(0);
      expect(sync.state).toBe('closed');
    });

    it('a server that does not say welcome is left in time', async () => {
      test.server.welcomes = false;
      const clock = new ManualClock();
      const sync = test.client({ clock, connectTimeout: 1_000, random: () => 0 });
      const lost = record(sync, 'connection_lost');
      sync.connect();
      await until(() => test.server.open.length === 1);
      clock.advance(1_000);
      expect(sync.state).toBe('waiting');
      expect(lost).toMatchObject([{ code: 1006, reason: 'not connected within 1000 ms' }]);
      await until(() => test.server.open.length === 0);
      test.server.welcomes = true;
      clock.advance(0);
      await reached(sync, 'open');
    });

    it('a listener may close at the first word of the connection', async () => {
      const sync = test.client();
      sync.on('state', ({ state }) => {
        if (state === 'open') sync.close();
      });
      const established = record(sync, 'connection_established');
      sync.connect();
      await reached(sync, 'closed');
      await until(() => test.server.peers.length === 1 && test.server.open.length === 0);
      expect(established).toEqual([]);
    });
  });
});
