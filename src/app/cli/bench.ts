import { Argument } from 'commander';
import { createPublisher } from '../../client/node.js';
import { isLoopback } from '../../core/loopback.js';
import { type BenchKind, type BenchReport, bench as run } from '../bench/bench.js';
import { describeConfig, findKey, findUrl } from './application-options.js';
import { readCount } from './client.js';
import type { CliCommand } from './program.js';

/** What is measured where nothing else is said. */
const PRESETS: Readonly<Record<BenchKind, { readonly connections: number; readonly rate: number }>> = {
  'fan-out': { connections: 100, rate: 20 },
  latency: { connections: 1, rate: 100 },
  storm: { connections: 200, rate: 0 },
};
const BOUNDS = { connections: 20_000, rate: 10_000, seconds: 600 };
/** Cores, of the one that this program has. */
const BUSY = 0.8;

/** Measures a running server. */
export const bench: CliCommand = {
  describe: (command) =>
    describeConfig(
      command.description('measure a running server: deliveries, latency, or how fast all peers come back'),
    )
      .addArgument(
        new Argument('[kind]', 'what to measure').choices(['fan-out', 'latency', 'storm']).default('fan-out'),
      )
      .requiredOption('--channel <channel>', 'that anyone may subscribe to and the key may publish on')
      .option('--connections <n>', 'subscribers (fan-out 100, latency 1, storm 200)', readCount)
      .option('--rate <n>', 'publications in a second (fan-out 20, latency 100)', readCount)
      .option('--seconds <n>', 'how long it publishes', readCount, 10)
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key to publish with (SIGNALBOX_API_KEY)')
      .option('--yes', 'measure a server on another machine, which others may use')
      .option('--json', 'print the report as JSON'),
  async run({ args, options, context }) {
    const kind = args[0] as BenchKind;
    const given = options as { channel: string; seconds: number; connections?: number; rate?: number };
    const { connections = PRESETS[kind].connections, rate = PRESETS[kind].rate, seconds } = given;
    const over = Object.entries({ connections, rate, seconds }).find(
      ([name, value]) => value > BOUNDS[name as keyof typeof BOUNDS],
    );
    const url = await findUrl(options, context);
    const key = await findKey(options, context);
    if (over !== undefined) {
      context.err(`error: --${over[0]} is at most ${BOUNDS[over[0] as keyof typeof BOUNDS]}`);
      return 2;
    }
    if (!isLoopback(new URL(url).hostname) && options['yes'] !== true) {
      context.err(
        `error: ${url} is another machine, which others may use: add --yes to send ${connections} connections there`,
      );
      return 2;
    }
    if (key === undefined && kind !== 'storm') {
      context.err('error: no back-end key: set SIGNALBOX_API_KEY, or start the server once in this folder');
      return 1;
    }
    const publisher = createPublisher({ url, key: key ?? '', retries: 0 });
    const plan = { kind, url, channel: given.channel, count: connections, rate, seconds, publisher };
    const report = await run({ ...plan, ticket: undefined });
    if (options['json'] === true) context.out(JSON.stringify(report, undefined, 2));
    else for (const line of format(report)) context.out(line);
    return report.deliveredPercent === 100 && report.refused === 0 ? 0 : 1;
  },
};

function format(report: BenchReport): readonly string[] {
  const { kind, connections, published, refused, latency, cpu } = report;
  const times = `p50 ${latency.p50} ms, p90 ${latency.p90} ms, p99 ${latency.p99} ms, max ${latency.max} ms`;
  const busy =
    cpu > BUSY
      ? [
          'this program used all of a core: it is itself what was measured; use fewer connections, or several machines',
        ]
      : [];
  if (kind === 'storm') {
    return [`${connections} connections came back at once, and were subscribed again after:`, times, ...busy];
  }
  return [
    `${published} publications to ${connections} subscribers, ${refused} refused`,
    `${report.delivered} deliveries (${report.deliveredPercent} %), ${report.deliveriesPerSecond} in a second`,
    `from when each was due: ${times}`,
    `${report.connectionsLost} connections lost; this program used ${cpu} of a core`,
    ...busy,
  ];
}
