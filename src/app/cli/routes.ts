import { Option } from 'commander';
import type { Route } from '../../core/route.js';
import type { TopicHandler } from '../../core/topic.js';
import { buildHandlers } from '../build-handlers.js';
import { createContainer } from '../container.js';
import { demandsOf } from '../demands.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';
import { formatTable } from './table.js';

/** Lists the routes in the order in which they are tried. */
export const routes: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('list the routes in the order in which they are tried'))
      .option('--json', 'print the routes as JSON')
      .addOption(
        new Option('--only <column>', 'print this alone, one a line, each once').choices(
          Object.keys(COLUMNS),
        ),
      ),
  async run({ options, context }) {
    const plan = (await openApplication(options, context)).plan();
    const column = COLUMNS[String(options['only'])];
    if (column !== undefined) {
      for (const word of new Set(plan.routes.map(column))) context.out(word);
      return 0;
    }
    const handlers = buildHandlers(createContainer(plan), plan);
    const listed = plan.routes.map((route) => ({
      ...route,
      demands: demandsOf(handlers.get(route.handler ?? '')),
    }));
    if (options['json'] === true) context.out(JSON.stringify(listed, undefined, 2));
    else context.out(formatTable(['ROUTE', 'CHANNEL', 'HANDLER', 'SUBSCRIBE', 'PUBLISH'], listed.map(toRow)));
    return 0;
  },
};

const COLUMNS: Readonly<Record<string, (route: Route) => string>> = {
  name: ({ name }) => name,
  channel: ({ pattern }) => pattern,
};

type ListedRoute = Route & { readonly demands: TopicHandler['access'] };

function toRow({ name, pattern, handler, access, demands }: ListedRoute): string[] {
  return [
    name,
    pattern,
    handler ?? '-',
    who(access.subscribe, demands?.subscribe),
    who(access.publish, demands?.publish),
  ];
}

/** The rules of the route and those of its handler, both of which have to hold. */
function who(rules: readonly string[], demanded: readonly string[] | undefined): string {
  if (demanded === undefined || demanded.join() === rules.join()) return say(rules);
  return rules.includes('anyone') || demanded.length === 0
    ? say(demanded)
    : `${say(rules)}, and ${say(demanded)}`;
}

function say(rules: readonly string[]): string {
  return rules.length === 0 ? 'nobody' : rules.join(' or ');
}
