import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OperatorMemory } from '../../../src/app/admin/operator-memory.js';
import { RefusalRing } from '../../../src/app/admin/refusal-ring.js';
import { SecondSeries } from '../../../src/app/admin/second-series.js';
import { OperatorReload, SeenReloads } from '../../../src/app/admin/seen-reloads.js';
import { SlowPeers } from '../../../src/app/admin/slow-peers.js';
import { DISCONNECT, RouterError } from '../../../src/core/errors.js';
import { ServerEvents } from '../../../src/core/events.js';
import type { Refused, SeenRefusal } from '../../../src/core/inspection.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import type { ReloadReport } from '../../../src/core/reload.js';
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

  it('are the newest 200', () => {
    vi.useFakeTimers({ toFake: ['performance'], now: 10_000 });
    onTestFinished(() => void vi.useRealTimers());
    const ring = new RefusalRing(() => undefined);
    for (let n = 0; n < 300; n++) {
      // As many a second as are logged.
      if (n % 50 === 0) vi.advanceTimersByTime(1000);
      ring.refused(refusal(`c${n}`));
    }
    expect(ring.all.map(({ channel }) => channel)).toEqual(
      Array.from({ length: 200 }, (_, n) => `c${299 - n}`),
    );
  });

  it('have 512 characters of a reason', () => {
    const ring = new RefusalRing(() => undefined);
    ring.handshake({ remoteAddress: '10.0.0.1', code: 'unauthorized', reason: 'x'.repeat(600) });
    ring.refused(refusal('a', { error: new RouterError('forbidden', 'y'.repeat(600)) }));
    expect(ring.all.map(({ reason }) => reason)).toEqual(['y'.repeat(512), 'x'.repeat(512)]);
  });

  it('are told of again when they come once more, as long as they are no flood', () => {
    vi.useFakeTimers({ toFake: ['performance'], now: 10_000 });
    onTestFinished(() => void vi.useRealTimers());
    const told: number[] = [];
    const ring = new RefusalRing(({ times }) => told.push(times));
    for (let n = 0; n < 60; n++) ring.refused(refusal('a'));
    expect(told).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(ring.all).toMatchObject([{ times: 60 }]);
  });

  it('have no hint where the code is none of ours', () => {
    const ring = new RefusalRing(() => undefined);
    ring.handshake({ remoteAddress: '10.0.0.1', code: 'tls', reason: 'no' });
    expect(ring.all).toMatchObject([{ code: 'tls', hint: undefined }]);
  });

  it('have a channel cut to 256 characters, and of a flood no more than are logged', () => {
    const told: SeenRefusal[] = [];
    const ring = new RefusalRing((one) => told.push(one));
    let asked = 0;
    for (let n = 0; n < 1000; n++)
      ring.refused(refusal(`${n}${'x'.repeat(1000)}`, { decided: () => [String(++asked)] }));
    expect(ring.all.length).toBe(asked);
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

/** What has come of a reload that changed nothing, or was refused. */
function report(more: Partial<ReloadReport> = {}): ReloadReport {
  return {
    applied: true,
    findings: [],
    routes: { added: [], removed: [], changed: [], reordered: false },
    handlers: [],
    demands: [],
    channels: { live: 0, moved: 0, withdrawn: 0 },
    subscriptions: { ended: 0, asked: 0 },
    settings: [],
    restart: [],
    ...more,
  };
}

describe('the last reloads', () => {
  it('are the newest twenty, the newest first, in the words of the command', () => {
    const reloads = new SeenReloads();
    for (let n = 0; n < 30; n++) reloads.add(report({ applied: false, reason: `reason ${n}` }));
    expect(reloads.all.map(({ lines }) => lines)).toEqual(
      Array.from({ length: 20 }, (_, n) => [`not reloaded: reason ${29 - n}`]),
    );
  });

  it('have 500 lines each, and the number of the others', () => {
    const reloads = new SeenReloads();
    reloads.add(report({ applied: false, reason: Array(500).fill('line').join('\n') }));
    reloads.add(report({ applied: false, reason: Array(502).fill('line').join('\n') }));
    const [longer, long] = reloads.all.map(({ lines }) => lines);
    expect([long?.length, long?.at(-1)]).toEqual([500, 'line']);
    expect([longer?.length, longer?.at(-1)]).toEqual([501, 'and 2 lines more']);
  });
});

describe('what operators may do about reloads', () => {
  it('is to ask what one would do, which does nothing, and to do it', async () => {
    const asked: unknown[] = [];
    const operator = new OperatorReload(async (options) => {
      asked.push(options?.dry === true);
      return report();
    });
    expect((await operator.plan()).lines.at(-1)).toMatch(/^plan: 0 of 0 live channels would change/);
    expect((await operator.reload()).lines.at(-1)).toMatch(/^reloaded: /);
    expect(asked).toEqual([true, false]);
  });
});

describe('the memory of operators', () => {
  it('has what the server tells of: refused handshakes, reloads, and sessions that ended for being slow', async () => {
    const events = new ServerEvents(NULL_LOGGER);
    const memory = new OperatorMemory(events);
    const told: string[] = [];
    memory.tell(({ operation }) => told.push(operation));
    const { session: slow, connection } = server.connect();
    Object.assign(connection, { why: DISCONNECT.slowConsumer });
    events.announce('client_rejected', { remoteAddress: '10.0.0.1', code: 'unauthorized', reason: 'no' });
    events.announce('reloaded', { report: report() });
    events.announce('client_disconnected', { session: slow, why: DISCONNECT.slowConsumer } as never);
    memory.refused(refusal('a'));
    memory.conflated(session, 'prices');
    expect(memory.refusals.all).toMatchObject([{ channel: 'a' }, { operation: 'connect' }]);
    expect(memory.reloads.all).toHaveLength(1);
    expect(memory.slow.list([])).toMatchObject([
      { session, code: 'conflated' },
      { session: slow, code: 4008 },
    ]);
    expect(told).toEqual(['connect', 'subscribe']);
  });
});
