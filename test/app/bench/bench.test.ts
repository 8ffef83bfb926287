import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BenchReport } from '../../../src/app/bench/bench.js';
import { Histogram } from '../../../src/app/bench/histogram.js';
import { cli } from '../../support/cli.js';
import { KEY } from '../../support/server.js';
import { useServer } from '../../support/use-server.js';

describe('a histogram', () => {
  it('knows percentiles to half a percent, whatever it was given', () => {
    const times = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const histogram = new Histogram();
        for (const value of values) histogram.add(value);
        const exact = values.sort((a, b) => a - b)[Math.ceil((percent / 100) * values.length) - 1] ?? 0;
        const found = histogram.percentile(percent);
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.01 + 0.001);
      }),
    );
  });
});

describe('signalbox bench', () => {
  const server = useServer();
  const run = async (...args: readonly string[]) => {
    const common = ['--url', server().url, '--key', KEY, '--channel', 'demo/lobby', '--json'];
    const { stdout, stderr, code } = await cli(['bench', ...args, ...common]);
    return { stderr, code, report: (stdout === '' ? undefined : JSON.parse(stdout)) as BenchReport };
  };

  it('counts every delivery of a fan-out', async () => {
    const { report, code } = await run('fan-out', '--connections', '20', '--rate', '20', '--seconds', '1');
    expect(report).toMatchObject({ published: 20, refused: 0, delivered: 400, deliveredPercent: 100 });
    expect(report.latency.p99).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it('has all peers come back at once', async () => {
    const { report, code } = await run('storm', '--connections', '20');
    expect(report).toMatchObject({ connections: 20, connectionsLost: 0 });
    expect(report.latency.max).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it('says so where nobody may publish or subscribe', async () => {
    const wrong = await cli(['bench', '--url', server().url, '--key', 'wrong', '--channel', 'demo/lobby']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^error: /)]);
    const none = await cli(['bench', '--url', server().url, '--key', KEY, '--channel', 'no/such']);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no route matches no/such')]);
  });

  it('measures other machines only where that is said, and within bounds', async () => {
    const far = await cli(['bench', '--url', 'https://example.com', '--channel', 'a']);
    expect([far.code, far.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
    const much = await cli(['bench', '--url', server().url, '--channel', 'a', '--connections', '100000']);
    expect([much.code, much.stderr]).toEqual([2, 'error: --connections is at most 20000\n']);
  });
});
