import { RouteTable, type RouteTrial } from '../../router/index.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';

/** Says which route a channel belongs to, or why it belongs to none. */
export const match: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('say which route a channel belongs to; exit 1 if none'))
      .argument('<channel>', 'such as oro/email_event/5/7')
      .option('--json', 'print the result as JSON'),
  async run({ args: [channel = ''], options, context }) {
    const { settings, routes } = (await openApplication(options, context)).plan();
    const table = new RouteTable(routes, { channelLimit: settings.limits.channel });
    const found = table.match(channel);
    const trials = table.explain(channel);
    if (options['json'] === true) {
      const tried = trials.map(({ route, reason }) => ({ route: route.name, reason }));
      context.out(
        JSON.stringify({ channel, route: found?.route.name, params: found?.params, tried }, undefined, 2),
      );
    } else {
      context.out(
        found === undefined ? `no route matches ${channel}` : `${channel} belongs to ${found.route.name}`,
      );
      for (const line of found === undefined ? formatTrials(trials, channel) : formatParams(found.params))
        context.out(line);
    }
    return found === undefined ? 1 : 0;
  },
};

const MOST_TRIALS = 12;

/** The routes that were tried, and why each did not match; of many, those whose pattern begins most like the channel. */
export function formatTrials(trials: readonly RouteTrial[], channel: string): string[] {
  const likeness = ({ route, matched }: RouteTrial) =>
    matched ? Infinity : sharedStart(route.pattern, channel);
  const nearest = new Set([...trials].sort((a, b) => likeness(b) - likeness(a)).slice(0, MOST_TRIALS));
  const lines = trials
    .filter((trial) => nearest.has(trial))
    .map(
      ({ route, matched, reason }) => `  ${route.name} (${route.pattern}): ${matched ? 'matches' : reason}`,
    );
  const left = trials.length - lines.length;
  return left === 0 ? lines : [...lines, `  and ${left} more that are less alike; --json has them all`];
}

function sharedStart(pattern: string, channel: string): number {
  let i = 0;
  while (i < pattern.length && pattern[i] === channel[i]) i++;
  return i;
}

export function formatParams(params: Readonly<Record<string, string>>): string[] {
  return Object.entries(params).map(([name, value]) => `  ${name} = ${value}`);
}
