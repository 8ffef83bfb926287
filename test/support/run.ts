import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { COMMAND, REPOSITORY, testEnvironment } from './server.js';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** What `node --test` prints its results as: left to itself it does that in another way from version to version. */
export const TAP = '--test-reporter=tap';

/** Runs a program to its end. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd = REPOSITORY, env, stdin } = options;
  const child = spawn(file, args, { cwd, env: testEnvironment(env) });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined).end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: (await closed)[0], stdout, stderr };
}

/** Runs `signalbox` as a shell would. */
export function signalbox(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run(process.execPath, [COMMAND, ...args], options);
}

/** Whether this machine has a program; says so once if it does not. */
export function installed(program: string, remedy: string): boolean {
  const found = spawnSync(program, ['--version']).status === 0;
  if (!found) console.log(`skipped what needs ${program}, which is not here: ${remedy}`);
  return found;
}
