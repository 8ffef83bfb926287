import { join, relative, resolve } from 'node:path';
import { Argument } from 'commander';
import { type Finding, readGosInstallation } from '../../config/index.js';
import { loadApplication } from '../application.js';
import { migrate as migrateInstallation } from '../migrate/migration.js';
import { type Checked, migrationReport } from '../migrate/report.js';
import { tryHandlers } from '../try-handlers.js';
import { writeNew } from '../write-new.js';
import type { CliCommand } from './program.js';

const REPORT = 'MIGRATION.md';

/** Takes an application over from another server. */
export const migrate: CliCommand = {
  describe: (command) =>
    command
      .description(
        'take an application over: its routes, handlers and settings, and a report of what is left',
      )
      .addArgument(
        new Argument('<from>', 'gos: GosWebSocketBundle, OroSyncBundle or OroPlatform').choices(['gos']),
      )
      .argument('<dir>', 'the folder of the application; nothing in it is run or changed')
      .option('--out <dir>', 'the folder that is made', 'live')
      .option('--env <name>', 'the environment of Symfony whose settings hold', 'prod')
      .option('--json', 'print what is left to do as JSON'),
  async run({ args: [, dir = ''], options, context }) {
    const out = String(options['out']);
    const installation = await readGosInstallation(dir, { environment: String(options['env']) });
    if (installation.routing.length + installation.handlers.length === 0) {
      context.err(`error: there is nothing of GosWebSocketBundle or OroSyncBundle in ${dir}`);
      return 1;
    }
    const migration = await migrateInstallation(installation);
    await writeNew(out, migration.files);
    const checked = await check(out);
    const report = migrationReport(dir, migration, checked);
    await writeNew(out, [{ path: REPORT, text: report }]);
    const { copies, builtIn, written, stubs, notes } = migration;
    if (options['json'] === true) {
      context.out(JSON.stringify({ copies, notes, ...checked }, undefined, 2));
      return 0;
    }
    const todo = report.split('\n').filter((line) => line.startsWith('- [ ]')).length;
    context.out(`${copies.length} routing files taken over, ${builtIn} handlers are built-in classes,`);
    context.out(`${written} are written, and ${stubs} are stubs that refuse until they are`);
    context.out(`next: read ${join(out, REPORT)}, which has ${todo} things to do`);
    return 0;
  },
};

/** That a name has no handler is said of the route, where it stands in the installation. */
function isNew({ code }: Finding): boolean {
  return code !== 'unknown-handler';
}

/** What the server would say. */
async function check(out: string): Promise<Checked> {
  const within = (finding: Finding) => ({ ...finding, file: relative(out, resolve(finding.file)) });
  try {
    const application = await loadApplication({ config: resolve(out, 'signalbox.yml') });
    if (!application.findings.some(({ severity }) => severity === 'error')) tryHandlers(application.plan());
    return { findings: application.findings.filter(isNew).map(within), failure: undefined };
  } catch (error) {
    return { findings: [], failure: (error as Error).message };
  }
}
