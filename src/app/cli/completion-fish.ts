import { PATHS, quote, REMEMBERED, type ShellCommand, type ShellOption } from './shell-command.js';

/** For fish, with what each word is for. */
export function fishScript(commands: readonly ShellCommand[]): string {
  return `# Completion of signalbox for fish. Written by: signalbox completion fish
function __signalbox_list
  set -l now (date +%s)
  if test "$__signalbox_for" != "$PWD $argv[1]"; or test $now -gt (math $__signalbox_at + ${REMEMBERED})
    set -l program (commandline -opc)[1]
    set -g __signalbox_words ($program routes --only $argv[1] 2>/dev/null)
    set -g __signalbox_for "$PWD $argv[1]"
    set -g __signalbox_at $now
  end
  printf '%s\\n' $__signalbox_words
end
complete -c signalbox -f
${commands.flatMap(fishLines).join('\n')}
`;
}

function fishLines({ name, about, options, args }: ShellCommand): readonly string[] {
  const within = `-n ${fishQuote(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    `complete -c signalbox -n __fish_use_subcommand -a ${name} -d ${fishQuote(about)}`,
    ...options.map(
      (option) =>
        `complete -c signalbox ${within} -l ${option.name.slice(2)} -d ${fishQuote(option.about)}${fishValue(option)}`,
    ),
    ...args.flatMap((arg) => {
      if (arg.choices.length > 0)
        return `complete -c signalbox ${within} -a ${fishQuote(arg.choices.join(' '))}`;
      if (arg.lists !== undefined)
        return `complete -c signalbox ${within} -a ${fishQuote(`(__signalbox_list ${arg.lists})`)}`;
      return PATHS.test(arg.name) ? `complete -c signalbox ${within} -F` : [];
    }),
  ];
}

function fishValue({ takes, choices, lists }: ShellOption): string {
  if (takes === undefined) return '';
  if (lists !== undefined) return ` -x -a ${fishQuote(`(__signalbox_list ${lists})`)}`;
  if (choices.length > 0) return ` -x -a ${fishQuote(choices.join(' '))}`;
  return PATHS.test(takes) ? ' -r -F' : ' -x';
}

/** In fish a backslash does, before another one. */
function fishQuote(text: string): string {
  return quote(text.replaceAll('\\', String.raw`\\`));
}
