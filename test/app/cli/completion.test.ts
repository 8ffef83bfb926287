import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';
import { installed, run } from '../../support/run.js';

const bash = installed('bash', 'apt-get install bash');
const zsh = installed('zsh', 'apt-get install zsh');
const fish = installed('fish', 'apt-get install fish');

/** A folder with the script for a shell, and a file to be completed. */
async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await cli(['completion', shell]);
  expect(code).toBe(0);
  const folder = testFolder({ 'tests.yml': '' });
  writeFileSync(`${folder}/script`, stdout);
  return folder;
}

async function inShell(shell: string, args: readonly string[], cwd: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run(shell, args, { cwd });
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

describe.skipIf(!zsh)('zsh', () => {
  it('has the commands, and of each its options, with what they are for', async () => {
    const folder = await scriptFor('zsh');
    const script = `
      compdef() { }
      _describe() { print -l -- $commands }
      _arguments() { print -l -- "$@" }
      source ./script
      words=(signalbox mi); CURRENT=2; _signalbox
      words=(signalbox init --); CURRENT=3; _signalbox`;
    const lines = await inShell('zsh', ['-f', '-c', script], folder);
    expect(lines).toContainEqual(expect.stringMatching(/^migrate:take an application over/));
    expect(lines).toContain('--preset[what it begins with]:name:(basic chat notifications oro)');
    expect(lines).toContain('1:dir:_files');
  });

  it('is taken by its completion system', async () => {
    const folder = await scriptFor('zsh');
    const script = 'autoload -Uz compinit; compinit -u -D; source ./script; print $_comps[signalbox]';
    expect(await inShell('zsh', ['-f', '-c', script], folder)).toEqual(['_signalbox']);
  });
});

it('knows its shells', async () => {
  expect(await cli(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('bash, zsh, fish'),
  });
});
