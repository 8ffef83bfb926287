import type { ReloadReport } from '../../core/reload.js';
import { describeConfig } from './application-options.js';
import { describeReload } from './describe-reload.js';
import { ask, refusalOf } from './post.js';
import type { CliCommand } from './program.js';

/** Has a running server read settings, routes and handlers again. */
export const reload: CliCommand = {
  describe: (command) =>
    describeConfig(
      command.description(
        'have a running server read settings, routes and handlers again; nobody is disconnected',
      ),
    )
      .option('--all', 'the other nodes, too, once this one has')
      .option('--json', 'print the answer as JSON')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key (SIGNALBOX_API_KEY)'),
  async run({ options, context }) {
    const answer = await ask('/api/reload', { all: options['all'] === true }, { options, context });
    const report = answer.body as unknown as ReloadReport & { readonly nodes?: number };
    if (report.findings === undefined) throw refusalOf(answer);
    if (options['json'] === true) context.out(JSON.stringify(report, undefined, 2));
    else context.out(describeReload(report, context));
    if (report.nodes !== undefined && options['json'] !== true)
      context.out(`${report.nodes} nodes were told: GET /api/nodes says whether they differ`);
    return answer.ok ? 0 : 1;
  },
};
