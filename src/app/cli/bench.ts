import { Argument, Option } from 'commander';
import { createPublisher, PublishError } from '../../client/node.js';
import { isLoopback } from '../../core/loopback.js';
import type { Principal } from '../../core/session.js';
import { type BenchKind, type BenchPlan, type BenchReport, bench as run } from '../bench/bench.js';
import { benchInWords } from '../bench/in-words.js';
import { BENCH_PROTOCOLS, type BenchProtocol } from '../bench/peers.js';
import { serverCpu } from '../bench/server-cpu.js';
import { actorOf, describeWho } from './actor-options.js';
import { describeConfig, findKey, findUrl, noKey } from './application-options.js';
import { readCount, socketWith, ticketsOf } from './client.js';
import type { CliCommand, CliContext, ExitCode } from './program.js';

/** What is measured where nothing else is said. */
const PRESETS: Readonly<Record<BenchKind, { readonly connections: number; readonly rate: number }>> = {
  'fan-out': { connections: 100, rate: 20 },
  latency: { connections: 1, rate: 100 },
  storm: { connections: 200, rate: 20 },
};
const BOUNDS = { connections: 20_000, rate: 10_000, seconds: 600 };
type Options = Readonly<Record<string, unknown>>;

/** Measures a running server. */
export const bench: CliCommand = {
  describe: (command) =>
    describeWho(
      describeConfig(
        command.description('measure a running server: deliveries, latency, or how fast all peers come back'),
      ),
    )
      .addArgument(
        new Argument('[kind]', 'what to measure').choices(['fan-out', 'latency', 'storm']).default('fan-out'),
      )
      .requiredOption(
        '--channel <channel>',
        'that the subscribers may subscribe to and the key may publish on',
      )
      .option('--ticket <ticket>', 'connect with this ticket or token, where it is taken more than once')
      .addOption(
        new Option(
          '--protocol <name>',
          'what the subscribers speak; wamp.2.json unless given, and STOMP by WebSocket',
        ).choices(BENCH_PROTOCOLS),
      )
      .option('--connections <n>', 'subscribers (fan-out 100, latency 1, storm 200)', readCount)
      .option('--rate <n>', 'publications in a second (fan-out and storm 20, latency 100)', readCount)
      .option('--seconds <n>', 'how long it publishes', readCount, 10)
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key to publish with (SIGNALBOX_API_KEY)')
      .option('--yes', 'measure a server on another machine, which others may use')
      .option('--json', 'print the report as JSON'),
  async run({ args, options, context }) {
    const kind = args[0] as BenchKind;
    const given = options as { channel: string; seconds: number; connections?: number; rate?: number };
    const { connections = PRESETS[kind].connections, rate = PRESETS[kind].rate, seconds } = given;
    const url = await findUrl(options, context);
    const wrong = misuse({ connections, rate, seconds }) ?? distance(url, { options, connections });
    if (wrong !== undefined) return failed(context, 2, wrong);
    const key = await findKey(options, context);
    if (key === undefined && kind !== 'storm') return failed(context, 1, await noKey(options, context));
    try {
      const report = await run({
        ...{ kind, url, seconds, channel: given.channel, count: connections },
        rate: key === undefined ? 0 : rate,
        publisher: createPublisher({ url, key: key ?? '', retries: 0 }),
        serverCpu: async () => (key === undefined ? undefined : serverCpu(url, key)),
        protocol: options['protocol'] as BenchProtocol | undefined,
        ...(await identity({ options, context, key })),
      });
      if (options['json'] === true) context.out(JSON.stringify(report, undefined, 2));
      else for (const line of benchInWords(report)) context.out(line);
      return outcome(report);
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      const { code, message, hint } = error;
      const hints = [hint, PARTICULAR.includes(code) ? ANY_PAYLOAD : undefined];
      return failed(context, 1, [`${code}: ${message}`, ...hints.flatMap((line) => line ?? [])].join('\n'));
    }
  },
};

/** What is refused where a route or its handler does not take every payload. */
const PARTICULAR: readonly string[] = ['bad_request', 'invalid_payload'];
const ANY_PAYLOAD =
  'the bench publishes objects such as {"bench":"a name","n":0}: take a channel whose handler passes anything on, as broadcast does';

function failed(context: CliContext, code: ExitCode, message: string): ExitCode {
  context.err(`error: ${message}`);
  return code;
}

function misuse(numbers: Readonly<Record<keyof typeof BOUNDS, number>>): string | undefined {
  const over = Object.entries(numbers).find(([name, value]) => value > BOUNDS[name as keyof typeof BOUNDS]);
  return over && `--${over[0]} is at most ${BOUNDS[over[0] as keyof typeof BOUNDS]}`;
}

function distance(
  url: string,
  { options, connections }: { readonly options: Options; readonly connections: number },
): string | undefined {
  if (isLoopback(new URL(url).hostname) || options['yes'] === true) return undefined;
  return `${url} is another machine, which others may use: add --yes to send ${connections} connections there`;
}

/** As whom the subscribers connect. A user `bench-{n}` is another one for each. */
async function identity({
  options,
  context,
  key,
}: {
  readonly options: Options;
  readonly context: CliContext;
  readonly key: string | undefined;
}): Promise<Pick<BenchPlan, 'ticket' | 'key' | 'WebSocket'>> {
  const { kind, id = '', organizations, roles }: Principal = actorOf(options);
  const { ticket } = options;
  const nobody = { ticket: undefined, key: undefined, WebSocket: socketWith(undefined) };
  if (typeof ticket === 'string') return { ...nobody, ticket: async () => ticket };
  if (kind === 'backend' && key === undefined) throw new Error(await noKey(options, context));
  if (kind === 'backend') return { ...nobody, key, WebSocket: socketWith(key) };
  if (kind !== 'user') return nobody;
  const make = await ticketsOf({ organizations, roles }, { options, context });
  return { ...nobody, ticket: async (n) => make(id.replaceAll('{n}', String(n))) };
}

/** A storm may cost deliveries where nothing promises them, and none of which nobody is told. */
function outcome({ kind, deliveredPercent, refused, lostSilently }: BenchReport): ExitCode {
  const isComplete = kind === 'storm' ? lostSilently === 0 : deliveredPercent === 100;
  return isComplete && refused === 0 ? 0 : 1;
}
