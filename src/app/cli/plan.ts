import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatFindings } from '../../config/index.js';
import type { ReloadReport } from '../../core/reload.js';
import type { Application } from '../application.js';
import { describeConfig, openApplication } from './application-options.js';
import { describePlan } from './describe-reload.js';
import { ask, refusalOf } from './post.js';
import type { CliCommand, CliContext } from './program.js';

type Options = Readonly<Record<string, unknown>>;

/** Says what a reload of a running server would do, or what the routes of a folder would. */
export const plan: CliCommand = {
  describe: (command) =>
    describeConfig(
      command.description(
        'say what a reload of a running server would do to its routes and live channels, and do nothing',
      ),
    )
      .argument(
        '[dir]',
        'a folder with other settings, or with other routing files alone, in place of what the server can read',
      )
      .option('--json', 'print the answer as JSON')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key (SIGNALBOX_API_KEY)'),
  async run({ args: [dir], options, context }) {
    const other = dir === undefined ? undefined : await openOther(dir, { options, context });
    if (other?.findings.some(({ severity }) => severity === 'error') === true) {
      context.err(formatFindings(other.findings, { color: context.color }));
      return 1;
    }
    const answer = await ask('/api/plan', { routes: other?.routes }, { options, context });
    const report = answer.body as unknown as ReloadReport;
    if (report.findings === undefined) throw refusalOf(answer);
    if (options['json'] === true) context.out(JSON.stringify(report, undefined, 2));
    else context.out(describePlan(report, context));
    return answer.ok ? 0 : 1;
  },
};

/** An application of its own, or this one with other routing files. */
function openOther(
  dir: string,
  { options, context }: { readonly options: Options; readonly context: CliContext },
): Promise<Application> {
  if (!existsSync(dir) || !statSync(dir).isDirectory()) throw new Error(`${dir} is no folder`);
  const config = join(dir, 'signalbox.yml');
  return openApplication(existsSync(config) ? { ...options, config } : { ...options, routing: dir }, context);
}
