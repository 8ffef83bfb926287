import { RouteTable } from '../../router/index.js';
import { formatParams, formatTrials } from '../format-trials.js';
import { routesFor } from '../meta-routes.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';

/** Says which route a channel belongs to, or why it belongs to none. */
export const match: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('say which route a channel belongs to; exit 1 if none'))
      .argument('<channel>', 'such as oro/email_event/5/7')
      .option('--json', 'print the result as JSON'),
  async run({ args: [channel = ''], options, context }) {
    const plan = (await openApplication(options, context)).plan();
    const channelLimit = plan.settings.limits.channel;
    const table = new RouteTable(routesFor(channel, plan), { channelLimit });
    const found = table.match(channel);
    const trials = table.explain(channel);
    if (options['json'] === true) {
      const tried = trials.map(({ route, reason }) => ({ route: route.name, reason }));
      context.out(
        JSON.stringify({ channel, route: found?.route.name, params: found?.params, tried }, undefined, 2),
      );
    } else {
      context.out(
        found === undefined ? table.noRoute(channel).message : `${channel} belongs to ${found.route.name}`,
      );
      for (const line of found === undefined ? formatTrials(trials, channel) : formatParams(found.params))
        context.out(line);
    }
    return found === undefined ? 1 : 0;
  },
};
