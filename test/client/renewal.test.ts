import { describe, expect, it } from 'vitest';
import { SESSION_CHANNEL, SESSION_PROCEDURES } from '../../src/client/identity.js';
import { createSync } from '../../src/client/node.js';
import type { SyncOptions } from '../../src/client/options.js';
import { createDefaultSync } from '../../src/client/page-sync.js';
import * as core from '../../src/core/session-procedures.js';
import { eventually, ManualClock, PROTOCOLS, reached, record, settled, until, useServer } from './kit.js';

describe.each(PROTOCOLS)('in %s', (protocol) => {
  const test = useServer(protocol);

  const REPORT = {
    session: 's1',
    kind: 'user',
    id: '5',
    roles: ['editor'],
    organizations: ['7'],
    expires_in: 60_000,
  };
  const IDENTITY = {
    sessionId: 's1',
    kind: 'user',
    id: '5',
    roles: ['editor'],
    organizations: ['7'],
    expiresIn: 60_000,
  };

  /** A client whose time the test turns, and a server that answers the session's procedures with `REPORT`. */
  async function patient(options: SyncOptions = {}) {
    const clock = new ManualClock();
    test.server.answer = ({ result }) => result(REPORT);
    const sync = await test.connected({ clock, random: () => 0.5, ...options });
    return { sync, clock, errors: record(sync, 'error') };
  }

  async function tell(notice: unknown): Promise<void> {
    await until(() => test.server.peer.ready);
    test.server.peer.tell('signalbox.session', notice);
  }

  function renewals(): unknown[] {
    return test.server.peers.flatMap((peer) =>
      peer
        .of('call')
        .filter(([procedure]) => procedure === 'signalbox.renew')
        .map(([, secret]) => secret),
    );
  }

  it('the client and the server have the same words for sessions', () => {
    expect(SESSION_CHANNEL).toBe(core.SESSION_CHANNEL);
    expect(SESSION_PROCEDURES).toEqual(core.SESSION_PROCEDURES);
  });

  describe('an identity that is about to end', () => {
    it.each(['ticket', 'token'] as const)('is renewed with a new %s on the open connection', async (name) => {
      let count = 0;
      const { sync, clock, errors } = await patient({ [name]: async () => `t${++count}` });
      await tell({ type: 'expiring', in: 60_000 });
      await settled(sync);
      clock.advance(15_000);
      await eventually(() => expect(renewals()).toEqual(['t2']));
      await settled(sync); // answered: the time that passes now is not its own
      clock.advance(60_000);
      await settled(sync);
      expect(renewals()).toEqual(['t2']);
      expect(test.server.peers).toHaveLength(1);
      expect(errors).toEqual([]);
    });

    it.each([
      [0, 0],
      [0.5, 15_000],
      [0.999_99, 30_000],
    ])(
      'is renewed by chance %f after %i of 60,000 ms, and never later than at half time',
      async (chance, at) => {
        const { sync, clock } = await patient({ ticket: () => 't', random: () => chance });
        await tell({ type: 'expiring', in: 60_000 });
        await settled(sync);
        clock.advance(at - 1);
        await settled(sync);
        expect(renewals()).toEqual([]);
        clock.advance(1);
        await eventually(() => expect(renewals()).toHaveLength(1));
      },
    );

    it('is renewed once, however often that is said', async () => {
      const { sync, clock } = await patient({ ticket: () => 't' });
      await tell({ type: 'expiring', in: 60_000 });
      await tell({ type: 'expiring', in: 50_000 });
      await settled(sync);
      clock.advance(60_000);
      await settled(sync);
      expect(renewals()).toHaveLength(1);
    });

    it.each([{}, { ticket: 'fixed' }, { token: 'fixed' }])(
      'is left alone where there is no way to a new credential: %o',
      async (options) => {
        const { sync, clock, errors } = await patient(options);
        await tell({ type: 'expiring', in: 60_000 });
        await settled(sync);
        clock.advance(60_000);
        await settled(sync);
        expect(renewals()).toEqual([]);
        expect(errors).toEqual([]);
      },
    );

    it('that the server does not renew is an error, and the connection goes on', async () => {
      const { sync, clock, errors } = await patient({ ticket: () => 't' });
      const { timers } = clock;
      const details = { code: 'unauthorized', status: 401, hint: 'get another', request: 'r-1' };
      test.server.answer = ({ refuse }) => refuse({ message: 'is expired', ...details });
      await tell({ type: 'expiring', in: 60_000 });
      await eventually(() => expect(clock.timers).toBeGreaterThan(timers));
      clock.advance(15_000);
      await eventually(() => expect(errors).toHaveLength(1));
      expect(errors[0]).toMatchObject({
        code: 'renewal_failed',
        message: 'not renewed: is expired',
        hint: 'get another',
        status: 401,
        request: 'r-1',
        cause: { code: 'unauthorized' },
      });
      expect(sync.state).toBe('open');
      expect(renewals()).toEqual(['t']);
    });

    it('whose ticket cannot be had is an error, and the connection goes on', async () => {
      let count = 0;
      const ticket = () => {
        if (count++ > 0) throw new Error('logged out');
        return 't';
      };
      const { sync, clock, errors } = await patient({ ticket });
      await tell({ type: 'expiring', in: 60_000 });
      await settled(sync);
      clock.advance(15_000);
      await eventually(() => expect(errors).toHaveLength(1));
      expect(errors[0]).toMatchObject({
        code: 'renewal_failed',
        message: 'not renewed: no ticket: logged out',
      });
      expect(sync.state).toBe('open');
    });

    it('is nobody’s business any more once the connection has ended', async () => {
      let give = (_: string) => {};
      let count = 0;
      const ticket = () =>
        ++count === 2 ? new Promise<string>((resolve) => (give = resolve)) : Promise.resolve(`t${count}`);
      const { sync, clock, errors } = await patient({ ticket });
      await tell({ type: 'expiring', in: 60_000 });
      await settled(sync);
      clock.advance(15_000);
      await eventually(() => expect(count).toBe(2));
      sync.reconnect();
      await reached(sync, 'open');
      give('late');
      await tell({ type: 'expiring', in: 60_000 });
      await settled(sync);
      sync.reconnect();
      await reached(sync, 'open');
      clock.advance(60_000);
      await settled(sync);
      expect(renewals()).toEqual([]);
      expect(errors).toEqual([]);
      expect(test.server.peers.map((peer) => peer.ticket)).toEqual(['t1', 't3', 't4']);
    });
  });

  describe('renew', () => {
    it('hands over what it is given, or what the options give, and resolves with the identity', async () => {
      const { sync } = await patient({ ticket: () => 'from-options' });
      await expect(sync.renew('mine')).resolves.toEqual(IDENTITY);
      await expect(sync.renew()).resolves.toEqual(IDENTITY);
      expect(renewals()).toEqual(['mine', 'from-options']);
    });

    it('without a way to a new credential is rejected', async () => {
      const { sync } = await patient({ ticket: 'fixed' });
      await expect(sync.renew()).rejects.toMatchObject({ code: 'renewal_failed' });
      expect(renewals()).toEqual([]);
    });

    it('is rejected with the reason of the server', async () => {
      const { sync } = await patient();
      test.server.answer = ({ refuse }) =>
        refuse({ code: 'forbidden', status: 403, message: 'somebody else', request: 'r-2' });
      await expect(sync.renew('x')).rejects.toMatchObject({
        code: 'forbidden',
        message: 'somebody else',
        request: 'r-2',
      });
    });
  });

  describe('an identity', () => {
    it('is told on request', async () => {
      const { sync } = await patient();
      await expect(sync.identity()).resolves.toEqual(IDENTITY);
      expect(test.server.peer.of('call')).toEqual([['signalbox.identity']]);
    });

    it('of an anonymous session has no id and no end', async () => {
      const { sync } = await patient();
      const report = {
        ...REPORT,
        kind: 'anonymous',
        id: null,
        roles: [],
        organizations: [],
        expires_in: null,
      };
      test.server.answer = ({ result }) => result(report);
      await expect(sync.identity()).resolves.toMatchObject({
        kind: 'anonymous',
        id: undefined,
        expiresIn: undefined,
      });
    });

    it('that the server changes is an event, and no message', async () => {
      const { sync } = await patient();
      const seen = record(sync, 'identity');
      const heard: unknown[] = [];
      sync.subscribe('a', (payload) => heard.push(payload));
      await tell({ type: 'identity', ...REPORT });
      await tell({ type: 'something newer' });
      await settled(sync);
      expect(seen).toEqual([IDENTITY]);
      expect(heard).toEqual([]);
    });

    it('is asked for, renewed and announced through the sync of a page', async () => {
      await patient();
      const sync = createDefaultSync({});
      const own = createSync({ protocol, url: test.server.url });
      sync(own);
      const seen = record(sync, 'identity');
      await expect(sync.identity()).resolves.toEqual(IDENTITY);
      await expect(sync.renew('mine')).resolves.toEqual(IDENTITY);
      await tell({ type: 'identity', ...REPORT });
      await eventually(() => expect(seen).toEqual([IDENTITY]));
      own.close();
    });
  });
});
