import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Intake } from '../../src/transports/intake.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function read() {
  const heard: string[] = [];
  const source = { pause: () => heard.push('pause'), resume: () => heard.push('resume') };
  const limits = { messages: { rate: 10, burst: 5 }, throttled: () => void heard.push('throttled') };
  return { heard, intake: new Intake(source, limits) };
}

it('reads a peer that sends several messages in one as slowly as if they had come alone', () => {
  const { heard, intake } = read();
  intake.take();
  intake.take(4);
  expect(heard).toEqual([]);
  intake.take(10);
  expect(heard).toEqual(['throttled', 'pause']);
  vi.advanceTimersByTime(999);
  expect(intake.paused).toBe(true);
  vi.advanceTimersByTime(1);
  expect(heard.at(-1)).toBe('resume');
});
