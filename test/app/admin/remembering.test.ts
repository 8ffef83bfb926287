import { describe, expect, it } from 'vitest';
import { RefusalRing } from '../../../src/app/admin/refusal-ring.js';
import { SecondSeries } from '../../../src/app/admin/second-series.js';
import { SlowPeers } from '../../../src/app/admin/slow-peers.js';
import { DISCONNECT, RouterError } from '../../../src/core/errors.js';
import type { Refused, SeenRefusal } from '../../../src/core/inspection.js';
import { Session, sessionId } from '../../../src/core/session.js';
import { TestServer, testBackend, testRoute, testUser } from '../../../src/testing.js';

const server = new TestServer({
  routes: [testRoute('prices', 'prices', { slow: 'conflate' })],
  handlers: { prices: {} },
});
const { session } = server.connect(testUser('5'));

function refusal(channel: string, more: Partial<Refused> = {}): Refused {
  const error = new RouterError('forbidden', 'no', { request: 'r-1' });
  return { error, operation: 'subscribe', session, channel, route: 'a', decided: () => ['why'], ...more };
}

function requestOf(name: string) {
  return { id: sessionId(), protocol: 'http', principal: testBackend(name) };
}

describe('the last refusals', () => {
  it('are told the newest first, with who was refused and what it was decided by', () => {
    const ring = new RefusalRing(() => undefined);
    ring.refused(refusal('a'));
    ring.refused(refusal('b'));
    expect(ring.all).toMatchObject([
      { channel: 'b', code: 'forbidden', reason: 'no', decided: ['why'], times: 1, request: 'r-1' },
      { channel: 'a', principal: { id: '5' }, session: session.id },
    ]);
  });

  it('have equal ones in a row once, with their number', () => {
    const ring = new RefusalRing(() => undefined);
    for (const channel of ['a', 'a', 'b', 'a']) ring.refused(refusal(channel));
    expect(ring.all.map(({ channel, times }) => [channel, times])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
    ]);
  });

  it('have those of a back end once, though each of its requests is a session', () => {
    const ring = new RefusalRing(() => undefined);
    const { connection } = session;
    for (const name of ['shop', 'shop', 'cms'])
      ring.refused(
        refusal('a', { session: new Session({ ...requestOf(name), connection, end: () => undefined }) }),
      );
    expect(ring.all.map(({ principal, times }) => [principal?.id, times])).toEqual([
      ['cms', 1],
      ['shop', 2],
    ]);
  });

  it('are 200 at most, of a channel cut to 256 characters, and of a flood no more than are logged', () => {
    const told: SeenRefusal[] = [];
    const ring = new RefusalRing((one) => told.push(one));
    let asked = 0;
    for (let n = 0; n < 1000; n++)
      ring.refused(refusal(`${n}${'x'.repeat(1000)}`, { decided: () => [String(++asked)] }));
    expect(ring.all.length).toBeLessThanOrEqual(200);
    // Two seconds may have been touched.
    expect(asked).toBeLessThanOrEqual(100);
    expect(told.length).toBe(asked);
    expect(ring.all.every(({ channel }) => channel?.length === 256)).toBe(true);
  });

  it('have handshakes, too', () => {
    const ring = new RefusalRing(() => undefined);
    ring.handshake({ remoteAddress: '10.0.0.1', code: 'unauthorized', reason: 'no' });
    expect(ring.all).toMatchObject([
      { operation: 'connect', remoteAddress: '10.0.0.1', hint: expect.stringContaining('ticket') },
    ]);
  });
});

describe('the series', () => {
  const figures = {
    sessions: 1,
    channels: 2,
    publications: 0,
    deliveries: 0,
    refusals: 0,
    cpu: 0.12345,
    loopDelay: 1,
  };

  it('has what is counted as so many a second, and the rest as it is', () => {
    const series = new SecondSeries();
    series.add(0, figures);
    const row = series.add(2000, { ...figures, sessions: 3, publications: 10, deliveries: 5 });
    expect(row).toEqual([3, 2, 5, 2.5, 0, 0.123, 1]);
    expect(series.series.names).toEqual([
      'sessions',
      'channels',
      'publications',
      'deliveries',
      'refusals',
      'cpu',
      'loopDelay',
    ]);
  });

  it('is of five minutes, the oldest first', () => {
    const series = new SecondSeries();
    for (let n = 0; n < 310; n++) series.add(n * 1000, { ...figures, sessions: n });
    const { rows } = series.series;
    expect([rows.length, rows[0]?.[0], rows.at(-1)?.[0]]).toEqual([300, 10, 309]);
  });
});

describe('slow peers', () => {
  it('are those that are congested now, and those that were disconnected for it or conflated', () => {
    const slow = new SlowPeers();
    const [fine, dropped, congested] = [server.connect(), server.connect(), server.connect()];
    congested.connection.isCongested = true;
    slow.conflated(fine.session, 'prices');
    slow.ended(fine.session);
    Object.assign(dropped.connection, { why: DISCONNECT.slowConsumer });
    slow.ended(dropped.session);
    expect(slow.list([fine.session, congested.session])).toMatchObject([
      { session: congested.session, code: 'congested' },
      { session: dropped.session, code: 4008 },
      { session: fine.session, channel: 'prices', code: 'conflated' },
    ]);
  });
});
