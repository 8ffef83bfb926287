import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeSlice } from '../../src/core/time-slice.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'], now: 1000 }));
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

/** How long the next slice lasts, in whole milliseconds, where the clock is looked at in every step. */
function lengthOf(slice: TimeSlice): number {
  slice.begin();
  expect(slice.isOver()).toBe(false);
  for (let milliseconds = 0; ; milliseconds++) {
    if (slice.isOver()) return milliseconds;
    pass(1);
  }
}

describe('the slice of time of work on many connections', () => {
  it('looks at the clock once in so many steps alone', () => {
    const now = vi.spyOn(performance, 'now');
    const slice = new TimeSlice(4);
    slice.begin();
    for (let step = 0; step < 3; step++) slice.isOver();
    expect(now).not.toHaveBeenCalled();
    slice.isOver();
    expect(now).toHaveBeenCalledTimes(1);
    for (let step = 0; step < 8; step++) slice.isOver();
    expect(now).toHaveBeenCalledTimes(3);
  });

  it('counts its steps anew in each slice', () => {
    const now = vi.spyOn(performance, 'now');
    const slice = new TimeSlice(4);
    for (let i = 0; i < 3; i++) {
      slice.begin();
      for (let step = 0; step < 3; step++) slice.isOver();
    }
    expect(now).not.toHaveBeenCalled();
  });

  it('is five milliseconds at first', () => {
    expect(lengthOf(new TimeSlice(1))).toBe(5);
  });

  it.each([
    [0, 5],
    [3, 5],
    [12, 12],
    [40, 40],
    [500, 40],
  ])('is, where the others took %d milliseconds since, %d long', (others, length) => {
    const slice = new TimeSlice(1);
    lengthOf(slice);
    pass(others);
    expect(lengthOf(slice)).toBe(length);
  });

  it('is five milliseconds again for the next work, however long nothing was done between', () => {
    const slice = new TimeSlice(1);
    lengthOf(slice);
    pass(20);
    slice.done();
    expect(lengthOf(slice)).toBe(5);
  });
});
