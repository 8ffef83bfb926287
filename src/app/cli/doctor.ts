import { InvalidArgumentError } from 'commander';
import picocolors from 'picocolors';
import { createLink, type RedisLink } from '../../brokers/index.js';
import { NULL_LOGGER } from '../../core/logger.js';
import { parseDuration } from '../../core/units.js';
import type { Application } from '../application.js';
import type { Patient } from '../doctor/doctor-check.js';
import { type Diagnosis, examine } from '../doctor/examine.js';
import { THIS_MACHINE } from '../doctor/machine.js';
import { describeApplication, findKey, openApplication, saidUrl } from './application-options.js';
import type { CliCommand } from './program.js';

/** Looks for everything that makes an installation fail in production. */
export const doctor: CliCommand = {
  describe: (command) =>
    describeApplication(
      command.description(
        'look for what makes an installation fail: settings, machine, Redis, proxies, nodes; exit 1 with errors',
      ),
    )
      .option('--url <url>', 'address of the running server, as its peers reach it (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key, for what the nodes say of themselves')
      .option('--channel <channel>', 'a channel that anyone may subscribe to, to try a stream of events')
      .option('--ticket <ticket>', 'a ticket or token as your application makes them, to look at')
      .option('--wait <time>', 'keep an idle connection open for so long, such as 60s', readTime, 0)
      .option('--json', 'print what was found as JSON'),
  async run({ options, context }) {
    const url = saidUrl(options, context);
    const application = await openApplication(options, context);
    const broker = await openRedis(application);
    try {
      const diagnoses = await examine({
        application,
        machine: THIS_MACHINE,
        ...broker,
        url: url === undefined ? undefined : new URL(url),
        key: await findKey(options, context),
        channel: textOf(options['channel']),
        ticket: textOf(options['ticket']),
        wait: Number(options['wait']),
      });
      if (options['json'] === true) context.out(JSON.stringify(diagnoses, undefined, 2));
      else for (const line of format(diagnoses, context.color)) context.out(line);
      return diagnoses.some(({ outcome }) => outcome === 'error') ? 1 : 0;
    } finally {
      broker.redis?.close();
    }
  },
};

function textOf(option: unknown): string | undefined {
  return typeof option === 'string' ? option : undefined;
}

function readTime(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function openRedis({ settings }: Application): Promise<Pick<Patient, 'redis' | 'redisFault'>> {
  if (settings.broker === 'memory') return { redis: undefined, redisFault: undefined };
  let redis: RedisLink | undefined;
  try {
    redis = createLink({
      address: settings.broker,
      prefix: settings.redis.prefix,
      name: 'signalbox-doctor',
      logger: NULL_LOGGER,
    });
    await redis.start();
    return { redis, redisFault: undefined };
  } catch (error) {
    redis?.close();
    return { redis: undefined, redisFault: (error as Error).message };
  }
}

const SIGNS = { fine: 'ok', error: 'ERROR', warning: 'warning', skipped: 'skipped' } as const;

function format(diagnoses: readonly Diagnosis[], color: boolean): readonly string[] {
  const colors = picocolors.createColors(color);
  const paint = { fine: colors.green, error: colors.red, warning: colors.yellow, skipped: colors.dim };
  const count = (outcome: Diagnosis['outcome']) => diagnoses.filter((one) => one.outcome === outcome).length;
  const several = (outcome: 'error' | 'warning') =>
    `${count(outcome)} ${outcome}${count(outcome) === 1 ? '' : 's'}`;
  const lines = diagnoses.flatMap(({ name, outcome, findings, fix }) => [
    `${paint[outcome](SIGNS[outcome].padEnd(8))} ${name}${outcome === 'skipped' ? `: ${findings[0]}` : ''}`,
    ...(outcome === 'skipped' ? [] : findings.map((text) => `         ${text}`)),
    ...(fix === undefined ? [] : [`         fix: ${fix}`]),
  ]);
  return [
    ...lines,
    `${several('error')}, ${several('warning')}, ${count('fine')} fine, ${count('skipped')} skipped`,
  ];
}
