import { PATHS, quote, REMEMBERED, type ShellCommand } from './shell-command.js';

/** For bash 4 and later, without the package bash-completion. */
export function bashScript(commands: readonly ShellCommand[]): string {
  return `# Completion of signalbox for bash. Written by: signalbox completion bash
_signalbox_list() {
  local line
  if [[ $_signalbox_for != "$PWD $1" ]] || ((SECONDS - _signalbox_at > ${REMEMBERED})); then
    _signalbox_words=$("\${COMP_WORDS[0]}" routes --only "$1" 2>/dev/null)
    _signalbox_for="$PWD $1" _signalbox_at=$SECONDS
  fi
  while IFS= read -r line; do
    if [[ $line == "$cur"* && $line != *[^A-Za-z0-9_./:{}*-]* ]]; then COMPREPLY+=("$line"); fi
  done <<<"$_signalbox_words"
}
_signalbox() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words= files= list= i n=0
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quote(names(commands))} -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${commands.flatMap(bashValues).join('\n')}
  esac
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); return; fi
  if [[ -n $list ]]; then _signalbox_list "$list"; return; fi
  if [[ -n $files ]]; then compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return; fi
  for ((i = 2; i < COMP_CWORD; i++)); do [[ \${COMP_WORDS[i]} == -* ]] || ((n++)); done
  if [[ $cur != -* ]]; then
    case "\${COMP_WORDS[1]} $n" in
${commands.flatMap(bashArguments).join('\n')}
    esac
    if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); return; fi
    if [[ -n $list ]]; then _signalbox_list "$list"; return; fi
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
    if (option.lists !== undefined) return `    '${name} ${option.name}') list=${option.lists} ;;`;
    return `    '${name} ${option.name}') ${PATHS.test(option.takes) ? 'files=1' : 'return'} ;;`;
  });
}

function bashArguments({ name, args }: ShellCommand): readonly string[] {
  return args.flatMap((arg, i) => {
    if (arg.choices.length > 0) return `      '${name} ${i}') words=${quote(arg.choices.join(' '))} ;;`;
    if (arg.lists !== undefined) return `      '${name} ${i}') list=${arg.lists} ;;`;
    return PATHS.test(arg.name) ? `      '${name} ${i}') files=1 ;;` : [];
  });
}

function names(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(' ');
}
