/** What a shell has to know of a command. */
export interface ShellCommand {
  readonly name: string;
  readonly about: string;
  readonly options: readonly ShellOption[];
  readonly args: readonly { readonly name: string; readonly choices: readonly string[] }[];
}

export interface ShellOption {
  /** Such as `--preset`. */
  readonly name: string;
  readonly about: string;
  /** What its value is, such as `dir`; undefined for one without. */
  readonly takes: string | undefined;
  readonly choices: readonly string[];
}

/** Values and arguments that are files or folders. */
const PATHS = /^(?:file|dir|folder|path)/;

/** For bash 4 and later, without the package bash-completion. */
export function bashScript(commands: readonly ShellCommand[]): string {
  return `# Completion of signalbox for bash. Written by: signalbox completion bash
_signalbox() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words= files= i n=0
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quote(names(commands))} -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${commands.flatMap(bashValues).join('\n')}
  esac
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); return; fi
  if [[ -n $files ]]; then compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return; fi
  for ((i = 2; i < COMP_CWORD; i++)); do [[ \${COMP_WORDS[i]} == -* ]] || ((n++)); done
  if [[ $cur != -* ]]; then
    case "\${COMP_WORDS[1]} $n" in
${commands.flatMap(bashArguments).join('\n')}
    esac
    if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); return; fi
    if [[ -n $files ]]; then compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return; fi
  fi
  case \${COMP_WORDS[1]} in
${commands.map(({ name, options }) => `    ${name}) words=${quote(names(options))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _signalbox signalbox
`;
}

/** What follows an option. One with a value that is no file has no words, and the shell then offers nothing of it. */
function bashValues({ name, options }: ShellCommand): readonly string[] {
  return options.flatMap((option) => {
    if (option.choices.length > 0)
      return `    '${name} ${option.name}') words=${quote(option.choices.join(' '))} ;;`;
    if (option.takes === undefined) return [];
    return `    '${name} ${option.name}') ${PATHS.test(option.takes) ? 'files=1' : 'return'} ;;`;
  });
}

function bashArguments({ name, args }: ShellCommand): readonly string[] {
  return args.flatMap((arg, i) => {
    if (arg.choices.length > 0) return `      '${name} ${i}') words=${quote(arg.choices.join(' '))} ;;`;
    return PATHS.test(arg.name) ? `      '${name} ${i}') files=1 ;;` : [];
  });
}

/** For zsh, with what each word is for. */
export function zshScript(commands: readonly ShellCommand[]): string {
  return `#compdef signalbox
# Completion of signalbox for zsh. Written by: signalbox completion zsh
_signalbox() {
  local -a commands
  commands=(
${commands.map(({ name, about }) => `    ${quote(`${name}:${about}`)}`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(zshCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _signalbox ]]; then _signalbox "$@"; else compdef _signalbox signalbox; fi
`;
}

function zshCase({ name, options, args }: ShellCommand): string {
  const specs = [
    ...options.map(
      (option) => `${option.name}[${escaped(option.about)}]${zshAction(option.takes, option.choices)}`,
    ),
    ...args.map((arg, i) => `${i + 1}${zshAction(arg.name, arg.choices)}`),
  ];
  return `    ${name})\n      _arguments -S ${specs.map(quote).join(' \\\n        ')}\n      ;;`;
}

function zshAction(takes: string | undefined, choices: readonly string[]): string {
  if (takes === undefined) return '';
  const action = choices.length > 0 ? `(${choices.join(' ')})` : PATHS.test(takes) ? '_files' : ' ';
  return `:${escaped(takes)}:${action}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
}

/** For fish, with what each word is for. */
export function fishScript(commands: readonly ShellCommand[]): string {
  return `# Completion of signalbox for fish. Written by: signalbox completion fish
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
      return PATHS.test(arg.name) ? `complete -c signalbox ${within} -F` : [];
    }),
  ];
}

function fishValue({ takes, choices }: ShellOption): string {
  if (takes === undefined) return '';
  if (choices.length > 0) return ` -x -a ${fishQuote(choices.join(' '))}`;
  return PATHS.test(takes) ? ' -r -F' : ' -x';
}

function names(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(' ');
}

/** One word: nothing between single quotes means anything to a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", '’').replaceAll('\n', ' ')}'`;
}

/** In fish a backslash does, before another one. */
function fishQuote(text: string): string {
  return quote(text.replaceAll('\\', String.raw`\\`));
}
