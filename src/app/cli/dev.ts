import { resolve } from 'node:path';
import { formatFindings } from '../../config/index.js';
import { DevBoard } from '../../core/dev-news.js';
import type { ReloadReport } from '../../core/reload.js';
import type { Application } from '../application.js';
import { watchFiles } from '../dev/watch-files.js';
import { loadedFiles } from '../load-module.js';
import { isPage } from '../page-types.js';
import { describeReload } from './describe-reload.js';
import type { CliCommand } from './program.js';
import { describeServe, runServer } from './serve.js';

/** Runs the server while its application is written: what is saved is taken over, and what is wrong with it is shown. */
export const dev: CliCommand = {
  describe: (command) =>
    describeServe(
      command.description('start the server, take over files as they are saved, and show what is wrong'),
    ),
  run({ options, context }) {
    const board = new DevBoard();
    return runServer({
      options: { ...options, development: 'true' },
      context,
      board,
      async started(server, application) {
        const failed = (error: unknown) => context.err(describeFault(error));
        const reload = async () => {
          const report = await server.reload();
          context.err(describeReload(report, context));
          board.tell(newsOf(report));
          code.add(loadedFiles());
        };
        const code = await watchFiles(pathsOf(application, options), () => void reload(), { failed });
        code.add(loadedFiles());
        const { pages } = application.settings;
        const shown =
          pages === undefined
            ? undefined
            : await watchFiles([pages], () => board.tellOfPages(), { concerns: isPage, failed });
        return async () => {
          await Promise.all([code.end(), shown?.end()]);
        };
      },
    });
  },
};

/** Such as the system's limit on what may be watched. */
function describeFault(error: unknown): string {
  const { message } = error as Error;
  return `files may change without being noticed: ${message}; on Linux raise fs.inotify.max_user_watches, then start again`;
}

/** Settings, routes with what they name, and the application's own handlers. */
function pathsOf(
  { settings, folder }: Application,
  options: Readonly<Record<string, unknown>>,
): readonly string[] {
  const config = options['config'];
  const file = typeof config === 'string' ? resolve(config) : resolve(folder, 'signalbox.yml');
  return [file, ...settings.routing, ...settings.topics.folders];
}

function newsOf(report: ReloadReport): { readonly applied: boolean; readonly text: string } {
  const { applied, reason = '', findings } = report;
  const text = formatFindings(findings as Parameters<typeof formatFindings>[0], { color: false });
  return { applied, text: [reason, text].filter((part) => part !== '').join('\n\n') };
}
