import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/app/metric-table.js';
import { Metrics } from '../../src/app/metrics.js';
import { overLimit } from '../../src/core/errors.js';
import { countLimit } from '../../src/core/meter.js';

async function linesOf(metrics: Metrics, name: string): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
}

describe('metrics', () => {
  it('limits are counted under the names of settings only', async () => {
    const metrics = new Metrics();
    countLimit(metrics, overLimit('limits.handshakes', 'too many'));
    for (let i = 0; i < 100; i++) countLimit(metrics, overLimit(`limits.of-a-handler-${i}`, 'too many'));
    expect(await linesOf(metrics, 'signalbox_limits')).toEqual([
      'signalbox_limits_reached_total{limit="limits.handshakes"} 1',
      'signalbox_limits_reached_total{limit="other"} 100',
    ]);
  });

  it('a peer that closes with codes of its own makes no time series', async () => {
    const metrics = new Metrics();
    for (let code = 3000; code < 4000; code++)
      metrics.count('signalbox_disconnects_total', { code: String(code) });
    metrics.count('signalbox_disconnects_total', { code: '4008' });
    expect(await linesOf(metrics, 'signalbox_disconnects_total')).toEqual([
      'signalbox_disconnects_total{code="other"} 1000',
      'signalbox_disconnects_total{code="4008"} 1',
    ]);
  });

  it('what is counted is there from the start, so that a first event is seen as an increase', async () => {
    expect(await linesOf(new Metrics(), 'signalbox_gaps_total')).toEqual(['signalbox_gaps_total 0']);
  });

  it('a timing is a histogram of seconds, one for each combination of labels', async () => {
    const metrics = new Metrics();
    const timing = metrics.timing('signalbox_handler_seconds', { route: 'news', hook: 'publish' });
    expect(metrics.timing('signalbox_handler_seconds', { route: 'news', hook: 'publish' })).toBe(timing);
    for (const milliseconds of [0, 1, 1.5, 99, 10_000]) timing.observe(milliseconds);
    const label = 'route="news",hook="publish"';
    expect(await linesOf(metrics, 'signalbox_handler_seconds_')).toEqual([
      `signalbox_handler_seconds_bucket{le="0.001",${label}} 2`,
      `signalbox_handler_seconds_bucket{le="0.005",${label}} 3`,
      `signalbox_handler_seconds_bucket{le="0.025",${label}} 3`,
      `signalbox_handler_seconds_bucket{le="0.1",${label}} 4`,
      `signalbox_handler_seconds_bucket{le="0.5",${label}} 4`,
      `signalbox_handler_seconds_bucket{le="2.5",${label}} 4`,
      `signalbox_handler_seconds_bucket{le="+Inf",${label}} 5`,
      expect.stringMatching(`signalbox_handler_seconds_sum{${label}} 10.101`),
      `signalbox_handler_seconds_count{${label}} 5`,
    ]);
  });

  it('of a route that is not served any more nothing is told', async () => {
    const metrics = new Metrics();
    const served = new Set(['old', 'new']);
    metrics.watchRoutes(() => served);
    for (const route of served) metrics.timing('signalbox_handler_seconds', { route, hook: 'publish' });
    served.delete('old');
    const lines = await linesOf(metrics, 'signalbox_handler_seconds_count');
    expect(lines).toEqual(['signalbox_handler_seconds_count{route="new",hook="publish"} 0']);
  });

  it('names follow the conventions: counters end with _total, times are in seconds', () => {
    for (const [name, { type }] of Object.entries(METRICS)) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect([name, name.endsWith('_seconds')]).toEqual([name, type === 'histogram']);
    }
  });
});
