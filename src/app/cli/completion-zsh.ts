import { PATHS, quote, REMEMBERED, type ShellCommand, type ShellOption } from './shell-command.js';

/** For zsh, with what each word is for. */
export function zshScript(commands: readonly ShellCommand[]): string {
  return `#compdef signalbox
# Completion of signalbox for zsh. Written by: signalbox completion zsh
_signalbox_list() {
  if [[ $_signalbox_for != "$PWD $1" ]] || ((SECONDS - _signalbox_at > ${REMEMBERED})); then
    typeset -ga _signalbox_words
    _signalbox_words=(\${(f)"$($_signalbox_program routes --only $1 2>/dev/null)"})
    typeset -g _signalbox_for="$PWD $1" _signalbox_at=$SECONDS
  fi
  compadd -- $_signalbox_words
}
_signalbox() {
  local -a commands
  commands=(
${commands.map(({ name, about }) => `    ${quote(`${name}:${about}`)}`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2] _signalbox_program=$words[1]
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
    ...options.map((option) => `${option.name}[${escaped(option.about)}]${zshAction(option.takes, option)}`),
    ...args.map((arg, i) => `${i + 1}${zshAction(arg.name, arg)}`),
  ];
  return `    ${name})\n      _arguments -S ${specs.map(quote).join(' \\\n        ')}\n      ;;`;
}

function zshAction(takes: string | undefined, word: Pick<ShellOption, 'choices' | 'lists'>): string {
  return takes === undefined ? '' : `:${escaped(takes)}:${zshWords(takes, word)}`;
}

function zshWords(takes: string, { choices, lists }: Pick<ShellOption, 'choices' | 'lists'>): string {
  if (choices.length > 0) return `(${choices.join(' ')})`;
  if (lists !== undefined) return `{_signalbox_list ${lists}}`;
  return PATHS.test(takes) ? '_files' : ' ';
}

function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
}
