import { CommanderError, InvalidArgumentError } from 'commander';
import { asyncapi } from './asyncapi.js';
import { bench } from './bench.js';
import { call } from './call.js';
import { check } from './check.js';
import { completion } from './completion.js';
import { describeError } from './describe-error.js';
import { dev } from './dev.js';
import { disconnect } from './disconnect.js';
import { doctor } from './doctor.js';
import { explain } from './explain.js';
import { importRouting } from './import.js';
import { init } from './init.js';
import { key } from './key.js';
import { make } from './make.js';
import { match } from './match.js';
import { migrate } from './migrate.js';
import { openapi } from './openapi.js';
import { plan } from './plan.js';
import { processContext } from './process-context.js';
import { type CliContext, createProgram, type ExitCode } from './program.js';
import { publish } from './publish.js';
import { reload } from './reload.js';
import { rights } from './rights.js';
import { routes } from './routes.js';
import { serve } from './serve.js';
import { subscribe } from './subscribe.js';
import { test } from './test.js';
import { token } from './token.js';
import { types } from './types.js';

/** Every command, by its name. */
export const COMMANDS = {
  serve,
  dev,
  check,
  routes,
  match,
  explain,
  doctor,
  bench,
  test,
  asyncapi,
  openapi,
  types,
  publish,
  subscribe,
  call,
  token,
  key,
  disconnect,
  rights,
  plan,
  reload,
  import: importRouting,
  init,
  make,
  migrate,
  completion,
};

/** Runs one command line. Resolves to the exit code; prints through the context only. */
export async function main(
  argv: readonly string[],
  context: CliContext = processContext(),
): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    await createProgram(COMMANDS, context, (outcome) => (code = outcome)).parseAsync(argv);
    return code;
  } catch (error) {
    // One that the program has not told yet, since it was found when a command ran.
    if (error instanceof InvalidArgumentError) {
      context.err(`error: ${error.message}`);
      return 2;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    context.err(describeError(error));
    return 1;
  }
}
