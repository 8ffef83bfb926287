import type { ReloadReport } from '../../core/reload.js';
import { describeConfig } from './application-options.js';
import { describePlan } from './describe-reload.js';
import { ask, refusalOf } from './post.js';
import type { CliCommand } from './program.js';

/** Says what a reload of a running server would do. */
export const plan: CliCommand = {
  describe: (command) =>
    describeConfig(
      command.description(
        'say what a reload of a running server would do to its routes and live channels, and do nothing',
      ),
    )
      .option('--json', 'print the answer as JSON')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key (SIGNALBOX_API_KEY)'),
  async run({ options, context }) {
    const answer = await ask('/api/plan', {}, { options, context });
    const report = answer.body as unknown as ReloadReport;
    if (report.findings === undefined) throw refusalOf(answer);
    if (options['json'] === true) context.out(JSON.stringify(report, undefined, 2));
    else context.out(describePlan(report, context));
    return answer.ok ? 0 : 1;
  },
};
