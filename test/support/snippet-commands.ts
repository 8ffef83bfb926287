import { existsSync, readFileSync } from 'node:fs';
import { cli } from './cli.js';
import { REPOSITORY } from './server.js';

/** Programs of the system, which pages may name. */
const SYSTEM = [
  'cat',
  'cd',
  'cp',
  'curl',
  'echo',
  'find',
  'kill',
  'mkdir',
  'openssl',
  'sudo',
  'systemctl',
  'telnet',
];
const OTHERS = ['bundle', 'composer', 'docker', 'gem', 'git', 'helm', 'kubectl', 'pip'];
const ASSIGNMENTS = /^(?:[A-Z_]+=(?:"[^"]*"|'[^']*'|\$\(.*\)|\S*)\s*)+/;
const QUOTED = /'[^']*'|"[^"]*"/g;

const helps = new Map<string, Promise<string>>();

/** What is wrong with a command of a page: a program, a file, a script of npm, a command or a flag that there is not. */
export async function commandFault(line: string): Promise<string | undefined> {
  const words = line
    .replace(ASSIGNMENTS, '')
    .replaceAll(QUOTED, 'TEXT')
    .split(/\s+/)
    .filter((word) => word !== '');
  const [program = '', ...args] = words[0] === 'npx' ? words.slice(1) : words;
  if (program === '' || SYSTEM.includes(program) || OTHERS.includes(program)) return undefined;
  if (program === 'signalbox') return signalboxFault(args);
  if (program === 'npm') return npmFault(args);
  if (['node', 'php', 'python3', 'ruby', 'npx'].includes(program)) return fileFault(args);
  return `${line}: ${program} is no program that pages may name`;
}

/** Flags are looked for in what `--help` prints. */
async function signalboxFault(args: readonly string[]): Promise<string | undefined> {
  const [name = '', next = ''] = args;
  const ofName = await help(name);
  const text = /^Usage: signalbox \S+ \[?(?:options\] \[?)?command\]?/m.test(ofName)
    ? await help(name, next)
    : ofName;
  if (name !== '' && !new RegExp(`^Usage: signalbox ${name}\\b`, 'm').test(text))
    return `signalbox has no command ${name}`;
  const flags = args.filter((arg) => /^--?[a-z]/.test(arg)).map((arg) => arg.split('=')[0] ?? '');
  const unknown = flags.filter((flag) => !new RegExp(`(?:^|[\\s,])${flag}(?![\\w-])`, 'm').test(text));
  return unknown.length === 0 ? undefined : `signalbox ${name} has no ${unknown.join(', ')}`;
}

function help(...words: readonly string[]): Promise<string> {
  const key = words.join(' ');
  const known =
    helps.get(key) ?? cli([...words.filter((word) => word !== ''), '--help']).then(({ stdout }) => stdout);
  helps.set(key, known);
  return known;
}

/** Scripts are those of this repository, and of a project that `signalbox init` makes. */
function npmFault([verb, script = '']: readonly string[]): string | undefined {
  const isThere = ['package.json', 'templates/project/_package.json'].some(
    (file) => script.replace('--silent', '') in JSON.parse(readFileSync(REPOSITORY + file, 'utf8')).scripts,
  );
  if (verb !== 'run' || isThere || script === '--silent') return undefined;
  return `neither package.json nor that of a new project has a script ${script}`;
}

/** The first word that looks like a file of the repository; of an application's own files nothing is known. */
function fileFault(args: readonly string[]): string | undefined {
  const file = args.find((arg) => /^(?:examples|bench|test|scripts|faults)\/\S+\.\w+$/.test(arg));
  return file === undefined || existsSync(REPOSITORY + file) ? undefined : `there is no ${file}`;
}
