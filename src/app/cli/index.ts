import { CommanderError } from 'commander';
import picocolors from 'picocolors';
import { ConfigurationError } from '../application.js';
import { DiscoveryError } from '../discover.js';
import { asyncapi } from './asyncapi.js';
import { bench } from './bench.js';
import { call } from './call.js';
import { check } from './check.js';
import { completion } from './completion.js';
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
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    context.err(describe(error));
    return 1;
  }
}

function describe(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof DiscoveryError) return error.message;
  return error instanceof Error ? `error: ${error.message}` : String(error);
}

const LONGEST_INPUT = 65_536;

async function readInput(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LONGEST_INPUT) throw new Error(`there are over ${LONGEST_INPUT} octets on standard input`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The process itself. A second signal ends it at once. */
function processContext(): CliContext {
  return {
    env: process.env,
    color: picocolors.isColorSupported,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    input: () => readInput(process.stdin),
    hangUp: (listener) => void process.on('SIGHUP', listener),
    stopped: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) {
          process.once(signal, () => {
            process.once(signal, () => process.exit(1));
            resolve();
          });
        }
      }),
  };
}
