import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Intake } from '../../src/transports/intake.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function intake(messages: { rate: number; burst: number } | undefined) {
  const source = { pause: vi.fn(), resume: vi.fn() };
  const throttled = vi.fn();
  return { source, throttled, intake: new Intake(source, { messages, throttled }) };
}

describe('a connection', () => {
  it('is not read while it owes for the messages of a batch', () => {
    const { source, throttled, intake: one } = intake({ rate: 100, burst: 10 });
    one.take();
    one.take(29);
    expect(one.paused).toBe(true);
    expect([source.pause, throttled].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    vi.advanceTimersByTime(199);
    expect(one.paused).toBe(true);
    vi.advanceTimersByTime(1);
    expect(one.paused).toBe(false);
    expect(source.resume).toHaveBeenCalledTimes(1);
  });

  it('pays with its next message for what it owed when something else had stopped it', () => {
    const { intake: one } = intake({ rate: 100, burst: 10 });
    one.pause();
    one.take(30);
    one.resume();
    one.take();
    expect(one.paused).toBe(true);
    vi.advanceTimersByTime(209);
    expect(one.paused).toBe(true);
    vi.advanceTimersByTime(1);
    expect(one.paused).toBe(false);
  });

  it('sends what it likes where there is no bound', () => {
    const { intake: one } = intake(undefined);
    one.take(1_000_000);
    expect(one.paused).toBe(false);
  });
});
