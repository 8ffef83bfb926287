import { Argument, type Command } from 'commander';
import { OPERATIONS } from '../../core/route.js';
import { bashScript } from './completion-bash.js';
import { fishScript } from './completion-fish.js';
import { zshScript } from './completion-zsh.js';
import type { CliCommand } from './program.js';
import type { ListedWord, ShellCommand } from './shell-command.js';

const SHELLS: Readonly<Record<string, (commands: readonly ShellCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** What is one of the application's channels or routes, by the names of arguments and options. */
const LISTS: Readonly<Record<string, ListedWord>> = {
  channel: 'channel',
  procedure: 'channel',
  '--channel': 'channel',
  '--route': 'name',
};

/** Values of arguments that a function reads. */
const CHOICES: Readonly<Record<string, readonly string[]>> = { operation: OPERATIONS };

/** A script for a shell, made of the program itself, so that it knows what this version knows. */
export const completion: CliCommand = {
  describe: (command) =>
    command
      .description('print a script that completes commands, options, channels and routes in a shell')
      .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
      .addHelpText(
        'after',
        `
bash: signalbox completion bash > ~/.local/share/bash-completion/completions/signalbox
zsh:  signalbox completion zsh > "\${fpath[1]}/_signalbox"
fish: signalbox completion fish > ~/.config/fish/completions/signalbox.fish`,
      ),
  async run({ args: [shell = ''], program, context }) {
    const script = SHELLS[shell]?.(program.commands.map(shellCommand));
    if (script === undefined) return 2;
    context.out(script.trimEnd());
    return 0;
  },
};

function shellCommand(command: Command): ShellCommand {
  const help = {
    name: '--help',
    about: 'display help for command',
    takes: undefined,
    choices: [],
    lists: undefined,
  };
  return {
    name: command.name(),
    about: command.description(),
    options: [
      ...command.options.map(({ long, short, description, required, optional, flags, argChoices = [] }) => ({
        name: long ?? short ?? '',
        about: description,
        takes: required || optional ? (/<([^>]+)>/.exec(flags)?.[1] ?? 'value') : undefined,
        choices: argChoices,
        lists: LISTS[long ?? ''],
      })),
      help,
    ],
    args: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      choices: argument.argChoices ?? CHOICES[argument.name()] ?? [],
      lists: LISTS[argument.name()],
    })),
  };
}
