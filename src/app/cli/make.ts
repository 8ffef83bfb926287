import { Argument } from 'commander';
import { describeApplication } from './application-options.js';
import { makeRouteTest } from './make-route-test.js';
import { makeTopic } from './make-topic.js';
import type { CliCommand } from './program.js';

/** What can be made in a project. */
const MAKERS: Readonly<Record<string, CliCommand['run']>> = {
  topic: makeTopic,
  'route-test': makeRouteTest,
};

/** Makes parts of a project, which then are its own. */
export const make: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('make a handler with its test and route, or a test of a route'))
      .addArgument(new Argument('<what>', 'what is made').choices(Object.keys(MAKERS)))
      .argument('<name>', 'topic: name of the handler and route, as in shop.orders; route-test: of a route')
      .option('--channel <channel>', "topic: the route's, as in 'orders/{id}'; route-test: one to try")
      .option('--methods <names>', 'topic: what is called, separated by commas; the channel has {method}')
      .option('--file <file>', 'the file that the route goes into; by default the one that is there')
      .option('--print', 'print the route, or the test, and leave its file alone'),
  async run(input) {
    const [what = ''] = input.args;
    return (await MAKERS[what]?.(input)) ?? 2;
  },
};
