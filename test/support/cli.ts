import { main } from '../../src/app/cli/index.js';
import type { Outcome } from './run.js';
import { testEnvironment } from './server.js';

export interface CliOptions {
  /** The folder of the application. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs one command line within this process, which saves the time that a new one takes to start. */
export async function cli(
  args: readonly string[],
  { cwd, env, stdin = '' }: CliOptions = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const code = await main(['node', 'signalbox', ...args], {
    env: { ...testEnvironment(env), ...(cwd !== undefined && { SIGNALBOX_CONFIG: `${cwd}/signalbox.yml` }) },
    color: false,
    out: (line) => (stdout += `${line}\n`),
    err: (line) => (stderr += `${line}\n`),
    input: async () => stdin,
    hear: () => undefined,
    hangUp: () => undefined,
    unread: () => new Promise(() => undefined),
    stopped: () => new Promise(() => undefined),
  });
  return { code, stdout, stderr };
}
