import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Disconnect } from '../../src/core/errors.js';
import { NULL_METER } from '../../src/core/meter.js';
import { Backlog, type Waiting } from '../../src/transports/backlog.js';

class FakeConnection implements Waiting {
  given = 0;
  gone = 0;
  ended: Disconnect | undefined;
  drop(why: Disconnect): void {
    this.ended = why;
  }
}

function create(milliseconds: number) {
  const counted: string[] = [];
  const meter = { count: (_name: string, labels = {}) => void counted.push(Object.values(labels).join()) };
  const connection = new FakeConnection();
  connection.given = 100;
  const backlog = new Backlog(milliseconds, meter);
  backlog.watch(connection);
  return { backlog, connection, counted };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a connection in which something waits', () => {
  it('ends when that has waited for longer than it may', () => {
    const { backlog, connection, counted } = create(3000);
    vi.advanceTimersByTime(3000);
    expect(connection.ended).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(connection.ended).toMatchObject({ code: 4008, reconnect: true });
    expect(counted).toEqual(['limits.buffer_time']);
    expect(backlog.size).toBe(0);
  });

  it('lives while its peer takes what is older, however much waits', () => {
    const { connection } = create(3000);
    for (let second = 1; second <= 60; second++) {
      connection.given += 100;
      // Always two seconds behind.
      connection.gone = Math.max(0, connection.given - 200);
      vi.advanceTimersByTime(1000);
    }
    expect(connection.ended).toBeUndefined();
  });

  it('ends when its peer takes less than it is given, for so long', () => {
    const { connection } = create(3000);
    for (let second = 1; second <= 20; second++) {
      connection.given += 100;
      connection.gone += 30;
      vi.advanceTimersByTime(1000);
    }
    expect(connection.ended).toMatchObject({ code: 4008 });
  });

  it('is looked at no more when all has gone, until something waits again', () => {
    const { backlog, connection } = create(3000);
    connection.gone = 100;
    vi.advanceTimersByTime(1000);
    expect([backlog.size, vi.getTimerCount()]).toEqual([0, 0]);
    vi.advanceTimersByTime(10_000);
    connection.given = 200;
    backlog.watch(connection);
    vi.advanceTimersByTime(3000);
    expect(connection.ended).toBeUndefined();
  });

  it('is not its fault when the process stood still', () => {
    const { connection } = create(3000);
    vi.advanceTimersByTime(1000);
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersByTime(1000);
    expect(connection.ended).toBeUndefined();
  });

  it('is forgotten when it has ended', () => {
    const backlog = new Backlog(1000, NULL_METER);
    const connection = new FakeConnection();
    connection.given = 1;
    backlog.watch(connection);
    backlog.forget(connection);
    vi.advanceTimersByTime(5000);
    expect([backlog.size, vi.getTimerCount(), connection.ended]).toEqual([0, 0, undefined]);
  });
});
