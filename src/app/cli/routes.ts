import type { Route } from '../../core/route.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';
import { formatTable } from './table.js';

/** Lists the routes in the order in which they are tried. */
export const routes: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('list the routes in the order in which they are tried')).option(
      '--json',
      'print the routes as JSON',
    ),
  async run({ options, context }) {
    const application = await openApplication(options, context);
    application.plan();
    if (options['json'] === true) context.out(JSON.stringify(application.routes, undefined, 2));
    else
      context.out(
        formatTable(['ROUTE', 'CHANNEL', 'HANDLER', 'SUBSCRIBE', 'PUBLISH'], application.routes.map(toRow)),
      );
    return 0;
  },
};

function toRow({ name, pattern, handler, access }: Route): string[] {
  return [name, pattern, handler ?? '-', who(access.subscribe), who(access.publish)];
}

function who(rules: readonly string[]): string {
  return rules.length === 0 ? 'nobody' : rules.join(' or ');
}
