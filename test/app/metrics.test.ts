import { expect, it } from 'vitest';
import { Metrics } from '../../src/app/metrics.js';
import { overLimit } from '../../src/core/errors.js';
import { countLimit } from '../../src/core/meter.js';

it('limits are counted under the names of settings only', async () => {
  const metrics = new Metrics();
  countLimit(metrics, overLimit('limits.handshakes', 'too many'));
  for (let i = 0; i < 100; i++) countLimit(metrics, overLimit(`limits.of-a-handler-${i}`, 'too many'));
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('signalbox_limits'));
  expect(lines).toEqual([
    'signalbox_limits_reached_total{limit="limits.handshakes"} 1',
    'signalbox_limits_reached_total{limit="other"} 100',
  ]);
});
