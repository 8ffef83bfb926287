// Writes docs/cli.md from the program itself; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const FILE = fileURLToPath(new URL('../docs/cli.md', import.meta.url));
const PART = /(<!-- commands: .*? -->\n)[\s\S]*?(<!-- end -->)/;

const jiti = createJiti(import.meta.url);
const { COMMANDS } = await jiti.import('../src/app/cli/index.ts');
const { createProgram } = await jiti.import('../src/app/cli/program.ts');
const { describeSettings } = await jiti.import('../src/config/index.ts');

const settings = new Map(describeSettings().map(({ flag, help }) => [`--${flag}`, help]));
const program = createProgram(COMMANDS, { out: () => undefined, err: () => undefined }, () => undefined);
const text = readFileSync(FILE, 'utf8');
const wanted = text.replace(
  PART,
  (_, begin, end) => `${begin}\n${program.commands.map(section).join('\n\n')}\n\n${end}`,
);
if (wanted !== text && process.argv.includes('--check')) {
  console.error('docs/cli.md is not up to date: run node scripts/cli-doc.mjs');
  process.exitCode = 1;
} else if (wanted !== text) writeFileSync(FILE, wanted);

function section(command) {
  const own = command.options.filter(({ long, description }) => !isSetting(long, description));
  const args = command.registeredArguments.map((argument) => [
    code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
    told(argument.description, argument.argChoices, argument.defaultValue),
  ]);
  const options = own.map((option) => [
    code(option.flags),
    told(option.description, option.argChoices, option.defaultValue),
  ]);
  const rest = command.options.length - own.length;
  return [
    `### signalbox ${command.name()}`,
    `${sentence(command.description())}`,
    `\`\`\`console\nsignalbox ${command.name()} ${command.usage()}\n\`\`\``,
    ...(args.length + options.length === 0 ? [] : [table([...args, ...options])]),
    ...(rest === 0 ? [] : ['And a flag for each [setting](settings.md#all-settings) that has one.']),
  ].join('\n\n');
}

/** Flags that settings.md has with the same words. */
function isSetting(long, description) {
  const help = settings.get(long);
  return help !== undefined && description.startsWith(help);
}

function told(description, choices, preset) {
  const text = description.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
  const listed = choices === undefined ? '' : ` (${choices.map(code).join(', ')})`;
  return `${text}${listed}${preset === undefined ? '' : `; ${code(String(preset))} unless given`}`;
}

function table(rows) {
  return ['| | |', '|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

function code(text) {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``;
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
