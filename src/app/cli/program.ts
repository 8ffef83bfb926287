import { Command } from 'commander';
import { VERSION } from '../version.js';

/** 0 fine, 1 failure, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** What the process itself has to tell, which no command has asked for. */
export interface ProcessNews {
  /** Node or a package warns of something. */
  warned(warning: Error): void;
  /** A promise was rejected, and nobody catches that. The process goes on. */
  rejected(reason: unknown): void;
  /** An error was thrown where nobody could catch it. The process ends with 1. */
  failed(error: unknown): void;
}

/** Where a command writes, and what it runs in. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly color: boolean;
  out(line: string): void;
  err(line: string): void;
  /** What stands on the input, to its end; at most 64 KiB. */
  input(): Promise<string>;
  /** Calls back each time that the process is told to read its configuration again. */
  hangUp(listener: () => void): void;
  /** From now on tells this in place of the error stream. */
  hear(news: ProcessNews): void;
  /** Resolves when nobody reads the output any more. */
  unread(): Promise<void>;
  /** Resolves when the process is asked to stop. */
  stopped(): Promise<void>;
}

/** One command of the program: what it takes, and what it does with it. */
export interface CliCommand {
  describe(command: Command): Command;
  run(input: {
    args: readonly string[];
    options: Readonly<Record<string, unknown>>;
    context: CliContext;
    /** The whole program, for what tells of it. */
    program: Command;
  }): Promise<ExitCode>;
}

/** Builds the program; the action of each command tells `finished` its exit code. */
export function createProgram(
  commands: Readonly<Record<string, CliCommand>>,
  context: CliContext,
  finished: (code: ExitCode) => void,
): Command {
  const program = new Command('signalbox')
    .description(
      'A real-time topic router: channels in YAML, handlers in TypeScript, publications from any back end.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpText('after', '\nExit status: 0 fine, 1 failure or findings, 2 wrong usage.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    });
  for (const [name, { describe, run }] of Object.entries(commands)) {
    describe(program.command(name))
      .exitOverride()
      .showHelpAfterError(`signalbox ${name} --help says what there is`)
      .action(async (...input: unknown[]) => {
        const command = input.at(-1) as Command;
        finished(
          await run({ args: command.processedArgs.flat(), options: command.opts(), context, program }),
        );
      });
  }
  return program;
}
