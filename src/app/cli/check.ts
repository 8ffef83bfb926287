import { formatFindings } from '../../config/index.js';
import { tryHandlers } from '../try-handlers.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';

/** Reports everything that is wrong with settings, routes and handlers. */
export const check: CliCommand = {
  describe: (command) =>
    describeApplication(
      command.description('report everything wrong with settings, routes and handlers; exit 1 with findings'),
    ).option('--json', 'print the findings as JSON'),
  async run({ options, context }) {
    const application = await openApplication(options, context);
    const { findings, routes } = application;
    if (!findings.some(({ severity }) => severity === 'error')) tryHandlers(application.plan());
    if (options['json'] === true)
      context.out(JSON.stringify({ routes: routes.length, findings }, undefined, 2));
    else if (findings.length > 0) context.out(formatFindings(findings, { color: context.color }));
    else context.out(`${routes.length} ${routes.length === 1 ? 'route' : 'routes'}, nothing to report`);
    return findings.length === 0 ? 0 : 1;
  },
};
