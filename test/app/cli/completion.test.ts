import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';
import { installed, run } from '../../support/run.js';

const bash = installed('bash', 'apt-get install bash');
const zsh = installed('zsh', 'apt-get install zsh');
const fish = installed('fish', 'apt-get install fish');

/** Stands for the program: says what it has been asked for, and notes that it was. The last channel is one to be wary of. */
const PROGRAM = `#!/bin/sh
echo "$*" >>asked
case $3 in
  channel) printf '%s\\n' news 'chat/{room}' 'neat/$(touch evil)' ;;
  name) printf '%s\\n' app.news app.chat ;;
esac
`;

/** A folder with the script for a shell, and a file to be completed. */
async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await cli(['completion', shell]);
  expect(code).toBe(0);
  const folder = testFolder({ 'tests.yml': '', 'bin/signalbox': PROGRAM });
  writeFileSync(`${folder}/script`, stdout);
  chmodSync(`${folder}/bin/signalbox`, 0o755);
  return folder;
}

async function inShell(shell: string, args: readonly string[], cwd: string): Promise<readonly string[]> {
  const PATH = `${cwd}/bin:${process.env['PATH']}`;
  const { code, stdout, stderr } = await run(shell, args, { cwd, env: { PATH } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim().split('\n');
}

/** What a line may go on with, as somebody sees it; the last word is the one that is being typed. */
const LINES: readonly (readonly [line: string, offers: readonly string[], not: readonly string[]])[] = [
  ['signalbox mi', ['migrate'], ['make']],
  ['signalbox init --pre', ['--preset'], ['--package']],
  ['signalbox init --preset ', ['basic', 'chat', 'notifications', 'oro'], ['--yes']],
  ['signalbox make ', ['topic', 'route-test'], ['--channel']],
  ['signalbox completion z', ['zsh'], ['bash']],
  ['signalbox explain subscribe room/1 --a', ['--as'], ['--json']],
  ['signalbox serve --limits-me', ['--limits-message'], ['--port']],
  ['signalbox test te', ['tests.yml'], []],
  ['signalbox check --config te', ['tests.yml'], []],
  ['signalbox explain pu', ['publish'], ['subscribe']],
  ['signalbox publish n', ['news'], ['chat/{room}']],
  ['signalbox match ch', ['chat/{room}'], ['news']],
  ['signalbox explain subscribe ', ['news', 'chat/{room}'], ['app.news']],
  ['signalbox publish --route app.n', ['app.news'], ['news']],
];

describe.skipIf(!bash)('bash', () => {
  it.each(LINES)('completes %s', async (line, offers, not) => {
    const folder = await scriptFor('bash');
    const words = line.split(' ');
    const script = `source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _signalbox; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const offered = await inShell('bash', ['--norc', '-c', script, 'bash', ...words], folder);
    expect(offered).toEqual(expect.arrayContaining([...offers]));
    for (const word of not) expect(offered).not.toContain(word);
  });

  it('offers nothing for a value that nobody knows', async () => {
    const folder = await scriptFor('bash');
    const script =
      'source ./script; COMP_WORDS=(signalbox serve --port ""); COMP_CWORD=3; _signalbox; declare -p COMPREPLY';
    expect(await inShell('bash', ['--norc', '-c', script], folder)).toEqual(['declare -a COMPREPLY=()']);
  });
});

describe.skipIf(!bash)('channels in bash', () => {
  it('are asked for once, and mean nothing to the shell', async () => {
    const folder = await scriptFor('bash');
    const twice = `source ./script; COMP_WORDS=(signalbox match ne); COMP_CWORD=2; _signalbox; _signalbox; cat asked`;
    expect(await inShell('bash', ['--norc', '-c', twice], folder)).toEqual(['routes --only channel']);
    expect(readdirSync(folder)).not.toContain('evil');
  });
});

describe.skipIf(!fish)('fish', () => {
  it.each(LINES)('completes %s', async (line, offers, not) => {
    const folder = await scriptFor('fish');
    const offered = await inShell(
      'fish',
      ['--no-config', '-c', `source ./script; complete -C '${line}'`],
      folder,
    );
    const words = offered.map((text) => text.split('\t')[0]);
    expect(words).toEqual(expect.arrayContaining([...offers]));
    for (const word of not) expect(words).not.toContain(word);
  });
});

/** A shell as somebody has it, on a terminal: what it makes of each line when the Tab key is pressed. */
const TERMINAL = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= PS2= RPS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ./script'
zpty -w shell 'shown() { zle complete-word; print -r -- "<<$BUFFER>>"; BUFFER=; zle reset-prompt }; zle -N shown; bindkey "^X" shown; print READY""NOW'
zpty -r shell said '*READYNOW*'
for line in "$@"; do
  zpty -w -n shell "$line"$'\\C-X'
  zpty -r shell said '*<<*>>*'
  print -r -- "\${\${said##*<<}%%>>*}"
done
zpty -d shell
`;

describe.skipIf(!zsh)('zsh', () => {
  it('completes commands, options, values, files, channels and routes by its own system', async () => {
    const folder = await scriptFor('zsh');
    const lines: Readonly<Record<string, string>> = {
      'signalbox mi': 'signalbox migrate ',
      'signalbox init --pres': 'signalbox init --preset ',
      'signalbox init --preset o': 'signalbox init --preset oro ',
      'signalbox completion z': 'signalbox completion zsh ',
      'signalbox serve --limits-me': 'signalbox serve --limits-message',
      'signalbox test te': 'signalbox test tests.yml ',
      'signalbox match new': 'signalbox match news ',
      'signalbox subscribe cha': 'signalbox subscribe chat/\\{room\\} ',
      'signalbox publish --route app.n': 'signalbox publish --route app.news ',
      'signalbox serve --port 1': 'signalbox serve --port 1',
    };
    const completed = await inShell('zsh', ['-f', '-c', TERMINAL, 'zsh', ...Object.keys(lines)], folder);
    expect(completed).toEqual(Object.values(lines));
    expect(readdirSync(folder)).not.toContain('evil');
  });
});

it('knows its shells', async () => {
  expect(await cli(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('bash, zsh, fish'),
  });
});
