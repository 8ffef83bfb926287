import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatFindings } from '../../config/index.js';
import type { Draft, ReloadReport } from '../../core/reload.js';
import type { Application } from '../application.js';
import { buildHandlers } from '../build-handlers.js';
import { createContainer } from '../container.js';
import { demandsOf } from '../handler-demands.js';
import type { Plan } from '../plan.js';
import { digestSettings } from '../settings-digest.js';
import { describeConfig, openApplication } from './application-options.js';
import { describePlan } from './describe-reload.js';
import { ask, refusalOf } from './post.js';
import type { CliCommand, CliContext } from './program.js';

const FILE = 'signalbox.yml';

type Options = Readonly<Record<string, unknown>>;

/** Says what a reload of a running server would do, or what another version of its application would. */
export const plan: CliCommand = {
  describe: (command) =>
    describeConfig(
      command.description(
        'say what a reload of a running server would do to its routes, settings and live channels, and do nothing',
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
    const other = await openOther(dir, { options, context });
    if (other?.application.findings.some(({ severity }) => severity === 'error') === true) {
      context.err(formatFindings(other.application.findings, { color: context.color }));
      return 1;
    }
    const draft = other === undefined ? {} : draftOf(other.application.plan(), other);
    const answer = await ask('/api/plan', draft, { options, context });
    const report = answer.body as unknown as ReloadReport;
    if (report.findings === undefined) throw refusalOf(answer);
    if (options['json'] === true) context.out(JSON.stringify(report, undefined, 2));
    else context.out(describePlan(report, context));
    return answer.ok ? 0 : 1;
  },
};

/** What is to be planned in place of what the server can read. */
interface Other {
  readonly application: Application;
  /** Whether there is a file of settings: without one nobody has said any. */
  readonly hasSettings: boolean;
}

/** An application of its own, this one with other routing files, or the one of settings that are named; undefined for none. */
async function openOther(
  dir: string | undefined,
  { options, context }: { readonly options: Options; readonly context: CliContext },
): Promise<Other | undefined> {
  const isNamed = options['config'] !== undefined;
  if (dir === undefined) {
    if (!isNamed) return undefined;
    return { application: await openApplication(options, context), hasSettings: true };
  }
  if (!existsSync(dir) || !statSync(dir).isDirectory()) throw new Error(`${dir} is no folder`);
  const config = join(dir, FILE);
  const isWhole = existsSync(config);
  const chosen = isWhole ? { ...options, config } : { ...options, routing: dir };
  const { SIGNALBOX_CONFIG: elsewhere = '' } = context.env;
  const hasSettings = isWhole || isNamed || elsewhere !== '' || existsSync(FILE);
  return { application: await openApplication(chosen, context), hasSettings };
}

/** As much of it as may leave this machine. Handlers are built for what they demand. */
function draftOf(plan: Plan, { hasSettings }: Other): Draft {
  const handlers = [...buildHandlers(createContainer(plan), plan)];
  return {
    routes: plan.routes,
    handlers: Object.fromEntries(handlers.map(([name, handler]) => [name, demandsOf(handler)])),
    ...(hasSettings && { settings: digestSettings(plan) }),
  };
}
