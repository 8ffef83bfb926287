import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BenchReport } from '../../../src/app/bench/bench.js';
import { Histogram } from '../../../src/app/bench/histogram.js';
import { benchInWords } from '../../../src/app/bench/in-words.js';
import { NumberSet } from '../../../src/app/bench/number-set.js';
import { mintTicket } from '../../../src/authenticators/index.js';
import { cli } from '../../support/cli.js';
import { makeFolder } from '../../support/folder.js';
import { KEY, SECRET } from '../../support/server.js';
import { useServer } from '../../support/use-server.js';

const config = `${makeFolder({
  'text.json': '{"type":"object","required":["text"]}',
  'signalbox.yml': 'routing: routes.yml\ntopics: { handlers: [] }\nlimits: { loop_delay: false }\n',
  'routes.yml': [
    "demo: { channel: 'demo/{room}', handler: broadcast, access: { subscribe: anyone, publish: backend } }",
    'kept: { channel: kept, handler: broadcast, access: { subscribe: anyone, publish: backend }, history: { size: 10000 } }',
    'short: { channel: short, handler: broadcast, access: { subscribe: anyone, publish: backend }, history: { size: 1 } }',
    "own: { channel: 'own/{user_id}', handler: broadcast, access: { subscribe: owner, publish: backend } }",
    'edited: { channel: edited, handler: broadcast, access: { subscribe: editor, publish: backend } }',
    'strict: { channel: strict, handler: broadcast, access: { publish: backend }, payload: { schema: text.json } }',
    'inner: { channel: inner, handler: broadcast, access: { subscribe: backend, publish: backend } }',
  ].join('\n'),
})}/signalbox.yml`;

/** Those in which a peer that comes back says where it was. */
const RECOVERING = ['wamp.2.json', 'stomp', 'sse'];
const PROTOCOLS = ['wamp', ...RECOVERING];

describe('a set of numbers', () => {
  it('is that of JavaScript', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000)), (numbers) => {
        const set = new NumberSet();
        const model = new Set<number>();
        for (const number of numbers) {
          expect(set.add(number)).toBe(!model.has(number));
          model.add(number);
        }
        expect(set.size).toBe(model.size);
      }),
    );
  });
});

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
  const server = useServer({ config });
  const run = async (...args: readonly string[]) => {
    const common = ['--url', server().url, '--key', KEY, '--channel', 'demo/lobby', '--json'];
    const { stdout, stderr, code } = await cli(['bench', ...common, ...args]);
    return { stderr, code, report: (stdout === '' ? undefined : JSON.parse(stdout)) as BenchReport };
  };

  /** Runs it by each protocol, at the same time. */
  const runAll = (...args: readonly string[]) =>
    Promise.all(PROTOCOLS.map((protocol) => run(...args, '--protocol', protocol)));

  it('counts every delivery of a fan-out, by each protocol', async () => {
    const runs = await runAll('fan-out', '--connections', '20', '--rate', '20', '--seconds', '1');
    for (const { report, code, stderr } of runs) {
      expect(report, stderr).toMatchObject({ published: 20, refused: 0, delivered: 400, lost: 0 });
      expect(report).toMatchObject({ deliveredPercent: 100, duplicates: 0, connectionsLost: 0 });
      expect(report.latency.p99).toBeGreaterThan(0);
      expect(code).toBe(0);
    }
  });

  it('counts every delivery to one subscriber, by each protocol', async () => {
    const runs = await runAll('latency', '--rate', '10', '--seconds', '1', '--channel', 'kept');
    for (const { report, code, stderr } of runs) {
      expect(report, stderr).toMatchObject({ connections: 1, published: 10, delivered: 10, duplicates: 0 });
      expect(code).toBe(0);
    }
  });

  it.each(RECOVERING)('has all peers come back at once by %s, and counts what is lost', async (protocol) => {
    const { report, code } = await run(
      ...['storm', '--protocol', protocol, '--connections', '20', '--rate', '100'],
    );
    expect(report).toMatchObject({
      connections: 20,
      connectionsLost: 0,
      recovered: 0,
      gaps: 0,
      lostSilently: 0,
    });
    expect(report.lost).toBe(report.published * 20 - report.delivered);
    expect(report.latency.max).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it.each(RECOVERING)(
    'counts who recovers by %s on a channel with a history, and that nothing is lost',
    async (protocol) => {
      const { report, code } = await run(
        ...['storm', '--protocol', protocol, '--connections', '20', '--rate', '100', '--channel', 'kept'],
      );
      expect(report).toMatchObject({ recovered: 20, gaps: 0, lost: 0, lostSilently: 0, duplicates: 0 });
      expect(report.published).toBeGreaterThan(0);
      expect(code).toBe(0);
    },
  );

  it('counts nobody who recovers in a protocol that cannot say it', async () => {
    const { report, code } = await run(
      ...['storm', '--protocol', 'wamp', '--connections', '20', '--rate', '100', '--channel', 'kept'],
    );
    expect(report).toMatchObject({ recovered: 0, gaps: 0, lostSilently: 0, connectionsLost: 0 });
    expect(code).toBe(0);
    expect(benchInWords(report)).toContain(
      `the channel, or the protocol, promises nothing to who comes back: ${report.lost} deliveries were missed`,
    );
  });

  it.each(RECOVERING)(
    'counts who is told of a gap by %s where the history is too short',
    async (protocol) => {
      const { report, code } = await run(
        ...['storm', '--protocol', protocol, '--connections', '20', '--rate', '100', '--channel', 'short'],
      );
      expect(report.recovered + report.gaps).toBe(20);
      expect(report.lostSilently).toBe(0);
      expect(code).toBe(0);
    },
  );

  it.each([
    ['user:5', ['--org', '7']],
    ['user:bench-{n}', ['--role', 'editor']],
    ['backend', []],
  ])('subscribes as %s, by each protocol', async (who, more) => {
    const channel = { 'user:5': 'own/5', backend: 'inner' }[who] ?? 'edited';
    const few = ['--channel', channel, '--connections', '3', '--rate', '5', '--seconds', '1'];
    const allowed = await runAll(...few, '--as', who, ...more);
    for (const { report, stderr } of allowed) {
      expect(report, stderr).toMatchObject({ delivered: 15, deliveredPercent: 100 });
      expect(report.serverCpu).toBeGreaterThanOrEqual(0);
    }
    for (const { code, stderr } of await runAll(...few)) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: (?:forbidden|unauthorized): /);
    }
  });

  it('connects with a ticket that is taken once, once, by each protocol', async () => {
    const twice = async (protocol: string) => {
      const ticket = mintTicket({ user: '5', organizations: ['7'], ttl: 60_000 }, SECRET);
      const as = ['--channel', 'own/5', '--ticket', ticket, '--protocol', protocol];
      const args = [...as, '--rate', '5', '--seconds', '1'];
      expect((await run('latency', ...args)).report, protocol).toMatchObject({ delivered: 5 });
      expect(await run('latency', ...args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('used'),
      });
    };
    await Promise.all(PROTOCOLS.map(twice));
  });

  it('says in its last line what the figures are bounded by', () => {
    const report: BenchReport = {
      ...{ kind: 'fan-out', connections: 1, published: 1, refused: 0, delivered: 1, duplicates: 0 },
      ...{ deliveredPercent: 100, deliveriesPerSecond: 1, latency: { p50: 1, p90: 1, p99: 1, max: 1 } },
      ...{ connectionsLost: 0, recovered: 0, gaps: 0, lost: 0, lostSilently: 0, cpu: 0.1, serverCpu: 0.1 },
    };
    const last = (more: Partial<BenchReport>) => benchInWords({ ...report, ...more }).at(-1);
    expect(last({})).toMatch(/^bounded by what was asked for/);
    expect(last({ cpu: 0.95 })).toMatch(/^bounded by this program/);
    expect(last({ serverCpu: 0.95 })).toMatch(/^bounded by the server/);
    expect(last({ cpu: 0.95, serverCpu: 0.95 })).toMatch(/^bounded by both/);
    const late = { p50: 4000, p90: 6000, p99: 7000, max: 7000 };
    expect(last({ latency: late })).toMatch(/^bounded by the server, or by what else runs there/);
    expect(last({ published: 5, delivered: 0 })).toMatch(/^nothing was measured, .* pass on something else/);
    expect(last({ refused: 3 })).toMatch(/^bounded by what was refused/);
    expect(last({ kind: 'storm' })).toMatch(/^bounded by neither/);
  });

  it('says so where nobody may publish or subscribe', async () => {
    const wrong = await cli(['bench', '--url', server().url, '--key', 'wrong', '--channel', 'demo/lobby']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^error: /)]);
    const other = await run('--channel', 'strict');
    expect(other.stderr).toMatch(/^error: invalid_payload: .*\n.*\nthe bench publishes objects such as /);
    for (const protocol of PROTOCOLS) {
      const none = await run('storm', '--channel', 'no/such', '--protocol', protocol);
      expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no route matches no/such')]);
    }
  });

  it('says where a key comes from: not from a start, where the settings have hashes of keys', async () => {
    const withKeys = (keys: string) =>
      makeFolder({
        'signalbox.yml': `routing: routes.yml\ntopics: { handlers: [] }\nauth: { keys: ${keys} }\n`,
      });
    const ask = (cwd: string) => cli(['bench', '--channel', 'a'], { cwd, env: { SIGNALBOX_API_KEY: '' } });
    const hashes = await ask(withKeys(`{ shop: { sha256: ${'ab'.repeat(32)} } }`));
    expect([hashes.code, hashes.stderr]).toEqual([
      1,
      'error: no back-end key: of those in auth.keys there are hashes alone; give --key, or set SIGNALBOX_API_KEY\n',
    ]);
    expect((await ask(withKeys('{}'))).stderr).toContain('or start the server once in this folder');
  });

  it('says how many were let in where a limit is in the way', async () => {
    const most = (protocol: string) =>
      run('--as', `user:${protocol}`, '--protocol', protocol, '--connections', '150');
    for (const { code, stderr } of await Promise.all(PROTOCOLS.map(most))) {
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /\n\d+ of 150 were let in before it: signalbox doctor --url http:\S+ shows what/,
      );
    }
  });

  it('measures other machines only where that is said, and within bounds', async () => {
    const far = await cli(['bench', '--url', 'https://example.com', '--channel', 'a']);
    expect([far.code, far.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
    const much = await cli(['bench', '--url', server().url, '--channel', 'a', '--connections', '100000']);
    expect([much.code, much.stderr]).toEqual([2, 'error: --connections is at most 20000\n']);
  });
});
