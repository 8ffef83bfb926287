import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Beating, Heartbeat } from '../../src/transports/heartbeat.js';

class FakeConnection implements Beating {
  slot = 0;
  readonly log: string[] = [];
  ping(): void {
    this.log.push(`ping ${Date.now() / 1000}`);
  }
  expectAnswer(): void {
    this.log.push(`expect ${Math.floor(Date.now() / 1000)}`);
  }
}

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

it('pings each connection once per interval and looks for the answer after the timeout', () => {
  const heartbeat = new Heartbeat({ interval: 25_000, pongTimeout: 8000 });
  heartbeat.start();
  const [first, second] = [new FakeConnection(), new FakeConnection()];
  heartbeat.add(first);
  vi.advanceTimersByTime(5000);
  heartbeat.add(second);
  vi.advanceTimersByTime(40_000);
  expect(first.log).toEqual(['expect 8', 'ping 25', 'expect 33']);
  expect(second.log).toEqual(['expect 13', 'ping 30', 'expect 38']);
  heartbeat.delete(first);
  heartbeat.stop();
  vi.advanceTimersByTime(100_000);
  expect(first.log).toHaveLength(3);
  expect(second.log).toHaveLength(3);
});
