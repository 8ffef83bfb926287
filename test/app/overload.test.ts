import { describe, expect, it, onTestFinished } from 'vitest';
import { LoadGauge, Overload } from '../../src/app/overload.js';
import { type LogFields, NULL_LOGGER } from '../../src/core/logger.js';
import { until } from '../support/until.js';

/** The levels after each second of an event loop that was so late. */
function levels(...delays: readonly number[]): readonly number[] {
  const gauge = new LoadGauge(100);
  return delays.map((delay) => {
    gauge.observe(delay);
    return gauge.level;
  });
}

describe('the load', () => {
  it('is none while the loop is late now and then', () => {
    expect(levels(500, 0, 0, 90, 500, 0, 0, 0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is one when three of five seconds are over the limit, as a handler that blocks every other second makes them', () => {
    expect(levels(150, 0, 150, 0, 150)).toEqual([0, 0, 0, 0, 1]);
  });

  it('is two when three of five are over twice the limit', () => {
    expect(levels(201, 201, 201)).toEqual([0, 0, 2]);
    expect(levels(150, 150, 150, 250, 250, 250)).toEqual([0, 0, 1, 1, 1, 2]);
  });

  it('goes back only after five seconds under half of what led to it', () => {
    expect(levels(150, 150, 150, 60, 60, 60, 60, 60, 60)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1]);
    expect(levels(150, 150, 150, 40, 40, 40, 40, 40)).toEqual([0, 0, 1, 1, 1, 1, 1, 0]);
    expect(levels(250, 250, 250, 90, 90, 90, 90, 90)).toEqual([0, 0, 2, 2, 2, 2, 2, 1]);
  });

  it('is none where there is no limit', () => {
    const overload = new Overload(undefined, NULL_LOGGER);
    overload.start();
    expect(overload.level).toBe(0);
    overload.stop();
  });

  it('has a line in the log when a handler holds up the loop for a second, without a limit, too', async () => {
    const written: LogFields[] = [];
    const warn = (fields: LogFields) => void written.push(fields);
    const overload = new Overload(undefined, { ...NULL_LOGGER, warn });
    overload.start();
    onTestFinished(() => overload.stop());
    await new Promise((resolve) => setTimeout(resolve, 50));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
    await until(() => written.length > 0);
    expect(written).toEqual([{ event: 'event_loop_blocked', ms: expect.any(Number) }]);
    expect(overload.takeWorst()).toBeGreaterThan(1000);
  });
});
