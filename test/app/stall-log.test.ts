import { describe, expect, it } from 'vitest';
import { StallLog } from '../../src/app/stall-log.js';
import type { LogFields } from '../../src/core/logger.js';
import { NULL_LOGGER } from '../../src/core/logger.js';

/** What is written of stalls of so many milliseconds, each at a second of the clock. */
function lines(...stalls: readonly (readonly [second: number, ms: number])[]): readonly LogFields[] {
  const written: LogFields[] = [];
  const warn = (fields: LogFields) => void written.push(fields);
  const log = new StallLog({ ...NULL_LOGGER, warn });
  for (const [second, ms] of stalls) log.observe(ms, second * 1000);
  return written;
}

describe('an event loop that stands still', () => {
  it('is told of with its milliseconds, a second or more', () => {
    expect(lines([1, 999], [2, 3000.4])).toEqual([{ event: 'event_loop_blocked', ms: 3000 }]);
  });

  it('is told of once a minute, with how often it was left out', () => {
    expect(lines([1, 1000], [2, 2000], [60, 3000], [61, 4000], [121, 5000])).toEqual([
      { event: 'event_loop_blocked', ms: 1000 },
      { event: 'event_loop_blocked', ms: 4000, omitted: 2 },
      { event: 'event_loop_blocked', ms: 5000 },
    ]);
  });
});
